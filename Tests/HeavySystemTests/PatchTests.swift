import Postgres
import TestSupport
import Testing

@Suite("CoSIMS: the definition is patched", .serialized)
struct PatchTests: SystemScenario {
  enum Feature: CaseIterable {
    /// Before: the patch is tried by `psql -f` on a copy, and where nobody sees an error, in production.
    case rehearsal
    /// Before: the copy is made by `pg_dumpall -s`, and has no rows.
    case rows
    /// Before: what is copied to production is what the operator has in the file then.
    case receipt
  }

  enum Check: CaseIterable {
    case parametersAreNew
    case zonesAreChecked
    case onlyWhatWasRehearsedWasDone
    case ledgerHasBoth
  }

  static func broken(without feature: Feature) -> Set<Check> {
    switch feature {
    case .rehearsal: [.parametersAreNew, .zonesAreChecked, .ledgerHasBoth]
    case .rows: [.zonesAreChecked, .ledgerHasBoth]
    case .receipt: [.onlyWhatWasRehearsedWasDone]
    }
  }

  /// As the published patch: a comma is missing, and what stands before the statement is done already.
  private static let broken = """
    ALTER TABLE plant.system_parameters ADD COLUMN endpoint text;

    UPDATE plant.system_parameters SET
      workers = 150,
      search_window = '5 days'
      endpoint = 'amqp://plant';

    """
  private static let mended = broken.replacing("'5 days'", with: "'5 days',")

  /// Right without rows; production has jobs in zone 60.
  private static let strict = """
    ALTER TABLE plant.jobs ADD COLUMN zone integer;
    UPDATE plant.jobs SET zone = substr(tile, 1, 2)::integer;
    ALTER TABLE plant.jobs ADD CONSTRAINT zone_is_known CHECK (zone BETWEEN 1 AND 59);

    """
  private static let right = strict.replacing("59", with: "60")
  private static let edited = right + "UPDATE plant.jobs SET priority = 9;\n"

  @Test(
    "The patch that was rehearsed on production's rows, and no other, is in production",
    arguments: cases
  )
  func patch(_ scenario: ScenarioCase<Feature>) throws { try Self.expect(scenario) }

  @Test("Each check can fail")
  func checks() { Self.expectEachCheckCanFail() }

  static func run(without feature: Feature?, on server: TestServer) throws -> Findings<Check> {
    try withDatabase(on: server) { database in
      let plant = try Plant(in: database, on: server)
      if feature == .rehearsal {
        try byHand(plant)
      } else {
        try rehearsed(plant, without: feature)
      }
      var findings = Findings<Check>()
      let connection = plant.connection
      try findings.ask(
        .parametersAreNew,
        "count(*) = 1 FROM plant.system_parameters WHERE workers = 150"
          + " AND search_window = '5 days' AND endpoint = 'amqp://plant'",
        connection
      )
      try findings.ask(
        .zonesAreChecked,
        """
        bool_and(zone = substr(tile, 1, 2)::integer) AND EXISTS (
          SELECT FROM pg_constraint WHERE conname = 'zone_is_known' AND convalidated)
        FROM plant.jobs
        """,
        connection
      )
      try findings.ask(
        .onlyWhatWasRehearsedWasDone,
        "count(*) = 2000 AND bool_and(priority = 5) FROM plant.jobs",
        connection
      )
      try findings.ask(
        .ledgerHasBoth,
        "count(*) = 2 FROM drydock.patches WHERE status = 'applied'",
        connection
      )
      return findings
    }
  }

  /// The manual's procedure, to the letter.
  private static func byHand(_ plant: Plant) throws {
    try withDatabase(on: plant.server) { copy in
      let dump = try Psql.dump(plant.database, server: plant.server, ["--schema-only"])
      try plant.user.psql(dump, in: copy, on: plant.server)
      for script in [broken, strict] { try plant.user.psql(script, in: copy, on: plant.server) }
    }
    for script in [broken, strict] {
      try plant.user.psql(script, in: plant.database, on: plant.server)
    }
  }

  private static func rehearsed(_ plant: Plant, without feature: Feature?) throws {
    let user = plant.user
    try user.write(patch: "0001_parameters.sql", broken)
    try user.write(patch: "0002_zones.sql", strict)
    try user.backup(plant.database)
    let comma = try user.run(["rehearse"] + plant.named).require(5)
    #expect(comma.output.contains("0001_parameters.sql:6:"), "\(comma)")
    try user.write(patch: "0001_parameters.sql", mended)
    if feature == .rows {
      try user.run(["rehearse", "--schema-only"] + plant.named).require(0)
      // What was rehearsed without rows is no receipt; somebody goes on all the same.
      try user.run(["migrate"] + plant.named).require(3)
      let exempt = ["--without-receipt", "--because", "it went well on the empty copy"]
      #expect(try user.run(["migrate"] + plant.named + exempt).code != 0)
      return
    }
    let rows = try user.run(["rehearse"] + plant.named).require(5)
    #expect(rows.output.contains("zone_is_known"), "\(rows)")
    try user.write(patch: "0002_zones.sql", right)
    try user.run(["rehearse"] + plant.named).require(0)
    // Somebody has a last idea.
    try user.write(patch: "0002_zones.sql", edited)
    if feature == .receipt {
      let exempt = ["--without-receipt", "--because", "it is only one more line"]
      try user.run(["migrate"] + plant.named + exempt).require(0)
      return
    }
    let refused = try user.run(["migrate"] + plant.named).require(3)
    #expect(refused.missingOfError == [], "\(refused)")
    try user.write(patch: "0002_zones.sql", right)
    try user.run(["migrate"] + plant.named).require(0)
  }
}
