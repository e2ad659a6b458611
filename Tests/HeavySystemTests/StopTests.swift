import Postgres
import TestSupport
import Testing

@Suite("CoSIMS: the system is stopped, and started again elsewhere", .serialized)
struct StopTests: SystemScenario {
  enum Feature: CaseIterable {
    /// Before: a backup is saved while the services still write.
    case closing
    /// Before: whoever starts loads the backup that lies there, once more too.
    case mark
    /// Before: the machine comes back as it was, and so does its database.
    case opening
  }

  enum Check: CaseIterable {
    case nothingThatWasAcceptedIsLost
    case takesWorkAgain
    case onlyOneIsLive
  }

  static func broken(without feature: Feature) -> Set<Check> {
    switch feature {
    case .closing: [.nothingThatWasAcceptedIsLost]
    case .mark: [.onlyOneIsLive]
    case .opening: [.takesWorkAgain]
    }
  }

  @Test(
    "What services were told is written is there after the start, in one database alone",
    arguments: cases
  )
  func stop(_ scenario: ScenarioCase<Feature>) throws { try Self.expect(scenario) }

  @Test("Each check can fail")
  func checks() { Self.expectEachCheckCanFail() }

  /// A service sends a job; true where the database took it.
  private static func accepts(_ database: ConnectionSettings, tile: String) throws -> Bool {
    do {
      try Connection.open(database).query(
        "INSERT INTO plant.jobs (kind, tile) VALUES ('fetch', $1)",
        [.text(tile)]
      )
      return true
    } catch {
      // Read-only, as a stop leaves it.
      guard error.sqlState == "25006" else { throw error }
      return false
    }
  }

  static func run(without feature: Feature?, on server: TestServer) throws -> Findings<Check> {
    try withDatabase(on: server) { database in
      let user = try Plant(in: database, on: server).user
      var accepted = try accepts(database, tile: "01AAA") ? ["01AAA"] : []
      if feature == .closing {
        try user.backup(database)
      } else {
        try user.run(["stop", "--database", database.argument]).require(0)
      }
      if try accepts(database, tile: "02BBB") { accepted.append("02BBB") }
      if feature != .opening { try replace(database) }
      return try withDatabase(on: server) { second in
        try start(user, [database, second], without: feature)
        return try look(database, second, accepted)
      }
    }
  }

  /// The machine goes away, and a new one has an empty database.
  private static func replace(_ database: ConnectionSettings) throws {
    let name = SQL.identifier(database.keywords["dbname"] ?? "")
    let maintenance = try Connection.open(database.database("postgres"))
    try maintenance.execute("DROP DATABASE \(name) WITH (FORCE)")
    try maintenance.execute("CREATE DATABASE \(name) TEMPLATE template0")
  }

  private static func start(
    _ user: Drydock,
    _ databases: [ConnectionSettings],
    without feature: Feature?
  ) throws {
    switch feature {
    case .opening: break
    case .closing: try user.restore(into: databases[0])
    case .mark: for database in databases { try user.restore(into: database) }
    case nil:
      let mark = try stopped(user)
      try user.run(["start", mark, "--database", databases[0].argument]).require(0)
      let second = try user.run(["start", mark, "--database", databases[1].argument]).require(3)
      #expect(second.missingOfError == [], "\(second)")
    }
  }

  /// The snapshot that the stop has marked.
  private static func stopped(_ user: Drydock) throws -> String {
    try user.run(["snapshots", "--json"]).require(0).result(Listing.self).snapshots.last?.snapshot
      ?? ""
  }

  private struct Listing: Decodable {
    struct Item: Decodable { let snapshot: String }
    let snapshots: [Item]
  }

  private static func look(
    _ database: ConnectionSettings,
    _ second: ConnectionSettings,
    _ accepted: [String]
  ) throws -> Findings<Check> {
    var findings = Findings<Check>()
    let connection = try Connection.open(database)
    let list = accepted.map(SQL.literal).joined(separator: ", ")
    try findings.ask(
      .nothingThatWasAcceptedIsLost,
      "count(*) = 2000 + \(accepted.count) AND count(*) FILTER (WHERE tile IN (\(list)))"
        + " = \(accepted.count) FROM plant.jobs",
      connection
    )
    findings.note(.takesWorkAgain, try accepts(database, tile: "03CCC"))
    let copies = try Connection.open(second).execute("SELECT to_regclass('plant.jobs')").value
    findings.note(.onlyOneIsLive, copies == nil, "the second start has its own")
    return findings
  }
}
