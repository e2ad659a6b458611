import Postgres
import TestSupport
import Testing

@Suite("CoSIMS: parameters take effect at once", .serialized)
struct ParameterTests: SystemScenario {
  enum Feature: CaseIterable {
    /// Before: `UPDATE` in psql, and nobody knows next week who did it, or what it was.
    case history
    /// Before: one `UPDATE` after the other, until one of them fails.
    case together
    /// Before: the psql in which a transaction was open is closed.
    case commit
  }

  enum Check: CaseIterable {
    case changeIsSeenAtOnce
    case changesComeTogether
    case historyKnowsWhatItWasAndWhy
  }

  static func broken(without feature: Feature) -> Set<Check> {
    switch feature {
    case .history: [.historyKnowsWhatItWasAndWhy]
    case .together: [.changesComeTogether]
    case .commit: [.changeIsSeenAtOnce, .historyKnowsWhatItWasAndWhy]
    }
  }

  @Test("A change is seen at once, whole or not at all, and remembered", arguments: cases)
  func parameters(_ scenario: ScenarioCase<Feature>) throws { try Self.expect(scenario) }

  @Test("Each check can fail")
  func checks() { Self.expectEachCheckCanFail() }

  static func run(without feature: Feature?, on server: TestServer) throws -> Findings<Check> {
    try withDatabase(on: server) { database in
      let plant = try Plant(in: database, on: server)
      let words = try plant.configured("parameters: plant.system_parameters\n")
      let service = try Connection.open(database)
      var findings = Findings<Check>()
      // No one has a negative number of workers.
      let pair = ["search_window=4 days", "workers=-3"]
      if feature == .together {
        try byHand(pair, plant)
      } else {
        let refused = try plant.user.run(["parameters", "set"] + pair + words)
        #expect(refused.code == 1, "\(refused)")
        #expect(refused.errors.contains("system_parameters_workers_check"), "\(refused)")
      }
      try findings.ask(
        .changesComeTogether,
        "(workers, search_window) = (8, '2 days') FROM plant.system_parameters",
        service
      )
      let right = ["search_window=3 days", "workers=12"]
      switch feature {
      case .history: try byHand(right, plant)
      case .commit: try byHand(right, plant, after: "BEGIN;")
      default:
        // One window was changed above, where the parts of a change do not come together.
        try plant.connection.execute("UPDATE plant.system_parameters SET search_window = '2 days'")
        let because = ["--because", "half the quota"]
        try plant.user.run(["parameters", "set"] + right + because + words).require(0)
      }
      try findings.ask(
        .changeIsSeenAtOnce,
        "(workers, search_window) = (12, '3 days') FROM plant.system_parameters",
        service
      )
      try findings.ask(
        .historyKnowsWhatItWasAndWhy,
        """
        count(*) = 2 AND bool_and(reason = 'half the quota' AND performed_by = current_user
          AND (parameter, old_value, new_value) IN (('workers', '8', '12'), ('search_window', '2 days', '3 days')))
        FROM drydock.parameter_changes
        """,
        service
      )
      return findings
    }
  }

  /// One statement for each parameter.
  private static func byHand(
    _ changes: [String],
    _ plant: Plant,
    after beginning: String = ""
  ) throws {
    let script = changes.map { change in
      let parts = change.split(separator: "=", maxSplits: 1).map(String.init)
      return "UPDATE plant.system_parameters SET \(parts[0]) = \(SQL.literal(parts[1]));\n"
    }.joined()
    try plant.user.psql(beginning + script, in: plant.database, on: plant.server)
  }
}
