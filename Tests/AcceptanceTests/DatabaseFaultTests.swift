import Foundation
import Postgres
import Processes
import TestSupport
import Testing

@Suite("A kill at any point of the exchange of a whole database", .serialized)
struct DatabaseFaultTests {
  @Test(
    "A replacement that is killed leaves the old or the new state, says which, and can be ended"
  )
  func replace() throws {
    try withDatabase(on: .v15) { target in
      let orders = try ReplacedDatabase(target)
      defer { orders.removeCopies() }
      let log = "\(orders.user.directory)/points"
      try orders.setLive("clean")
      try orders.replace(["DRYDOCK_FAULT_LOG": log]).require(0)
      #expect(try orders.state() == "snapshot")
      let points = try ExchangePoints(log: log, sample: 6, "a killed replacement of a database")
      try orders.undo([:]).require(0)
      try orders.drop()
      for point in points.chosen { try orders.tryReplacing(point) }
    }
  }

  @Test("An undo that is killed leaves the old or the new state, says which, and can be repeated")
  func undo() throws {
    try withDatabase(on: .v15) { target in
      let orders = try ReplacedDatabase(target)
      defer { orders.removeCopies() }
      let log = "\(orders.user.directory)/points"
      try orders.setLive("clean")
      try orders.replace([:]).require(0)
      try orders.undo(["DRYDOCK_FAULT_LOG": log]).require(0)
      #expect(try orders.state() == "clean")
      let points = try ExchangePoints(log: log, sample: 0, "a killed undo of a database")
      try orders.drop()
      for point in points.chosen { try orders.tryUndoing(point) }
    }
  }
}

/// The fault points of an exchange, and those of them that this test run kills at.
///
/// From the first rename on all of them with `DRYDOCK_TEST_ALL=1`, else those around the renames and
/// the commit; of those before it, which build, a seeded sample.
private struct ExchangePoints {
  let chosen: [Int]

  init(log: String, sample: Int, _ name: String) throws {
    let all = FaultPoints.passed(log: log)
    let first = try #require(all.firstIndex { $0.contains("RENAME TO") }) + 1
    let commit = try #require(all.lastIndex { $0.contains("COMMENT ON DATABASE") }) + 1
    let isEverything = ProcessInfo.processInfo.environment["DRYDOCK_TEST_ALL"] == "1"
    var random = SeededGenerator.announced(name)
    let building = Array(1..<first).shuffled(using: &random).prefix(
      isEverything ? sample * 5 : sample
    )
    let swapping =
      isEverything ? Array(first...all.count) : [first + 1, commit, commit + 1, commit + 2]
    chosen = (building + swapping.filter { $0 <= all.count }).sorted()
    print("\(name): \(all.count) fault points, \(chosen.count) of them are tried: \(chosen)")
  }
}

/// What `restores --json` ends with.
private struct Restores: Decodable {
  struct Item: Decodable {
    let operation: String
    let state: String
    let database: String?
  }
  let restores: [Item]
}

/// What a plan ends with.
private struct Plan: Decodable { let token: String }

/// A database that is replaced again and again.
private struct ReplacedDatabase {
  let user: Drydock
  let target: ConnectionSettings
  let maintenance: Connection
  let name: String

  init(_ target: ConnectionSettings) throws {
    self.target = target
    name = try #require(target.keywords["dbname"])
    user = try Drydock(on: .v15)
    maintenance = try Connection.open(target.database("postgres"))
    try Connection.open(target).execute(
      """
      CREATE TABLE marker AS SELECT 'snapshot' AS state;
      CREATE TABLE item (id int PRIMARY KEY, x text);
      INSERT INTO item SELECT i, 'x' || i FROM generate_series(1, 300) i;
      """
    )
    try maintenance.execute(
      "COMMENT ON DATABASE \(name) IS 'orders'; ALTER DATABASE \(name) CONNECTION LIMIT 41"
    )
    try user.backup(target)
  }

  func setLive(_ state: String) throws {
    try Connection.open(target).execute("UPDATE marker SET state = '\(state)'")
  }

  func state() throws -> String? {
    try Connection.open(target).query("SELECT state FROM marker", []).value
  }

  func replace(_ variables: [String: String]) throws -> Run {
    let words = [
      "restore", "latest", "--into", target.argument, "--replace", "--jobs", "1", "--json",
    ]
    let plan = try user.run(words).require(3).result(Plan.self)
    return try user.run(words + ["--confirm", plan.token], variables)
  }

  func undo(_ variables: [String: String]) throws -> Run {
    let words = ["restore", "--undo", "--into", target.argument, "--json"]
    let plan = try user.run(words).require(3).result(Plan.self)
    return try user.run(words + ["--confirm", plan.token], variables)
  }

  func listed() throws -> [Restores.Item] {
    try user.run(["restores", "--into", target.argument, "--json"]).require(0)
      .result(Restores.self).restores
  }

  /// Kills a replacement at a point, looks what it left, and ends it with `--resume`.
  func tryReplacing(_ point: Int) throws {
    let live = "live before \(point)"
    try setLive(live)
    let passed = "\(user.directory)/passed-\(point)"
    let killed = try replace(["DRYDOCK_FAULT_POINT": "\(point)", "DRYDOCK_FAULT_LOG": passed])
    let name = FaultPoints.passed(log: passed).last ?? "nothing"
    #expect(killed.ending == .signalled(9), "\(name): \(killed)")
    try waitUntilAlone()
    let found = try state()
    let operations = try listed()
    let about = "\(name): \(operations)"
    if operations.isEmpty {
      #expect(found == live, "\(about)")
    } else {
      #expect(operations.count == 1 && operations[0].database == self.name, "\(about)")
      let isSwapped = operations[0].state == "swapped"
      #expect(isSwapped || ["building", "proven"].contains(operations[0].state), "\(about)")
      #expect(found == (isSwapped ? "snapshot" : live), "\(about)")
      let resume = try user.run(["restore", "--resume", "--into", target.argument, "--json"])
      #expect(resume.code == 0, "\(about) \(resume)")
      // One that was created and no more is dropped; every other one is swapped in.
      if try !listed().isEmpty {
        #expect(try state() == "snapshot", "\(about)")
        try expectProperties(about)
        try undo([:]).require(0)
      }
      #expect(try state() == live, "\(about)")
    }
    try expectProperties(about)
    try drop()
  }

  /// Kills an undo at a point; whatever it left, the old state can be reached.
  func tryUndoing(_ point: Int) throws {
    let live = "live before \(point)"
    try setLive(live)
    try replace([:]).require(0)
    let passed = "\(user.directory)/undo-\(point)"
    let killed = try undo(["DRYDOCK_FAULT_POINT": "\(point)", "DRYDOCK_FAULT_LOG": passed])
    let name = FaultPoints.passed(log: passed).last ?? "nothing"
    #expect(killed.ending == .signalled(9), "\(name): \(killed)")
    try waitUntilAlone()
    let operations = try listed()
    let about = "\(name): \(operations)"
    #expect(operations.count == 1, "\(about)")
    let isUndone = operations.first?.state == "undone"
    #expect(try state() == (isUndone ? live : "snapshot"), "\(about)")
    if !isUndone { try undo([:]).require(0) }
    #expect(try state() == live, "\(about)")
    try expectProperties(about)
    try drop()
  }

  private func expectProperties(_ about: String) throws {
    let row = try maintenance.execute(
      """
      SELECT datconnlimit, shobj_description(oid, 'pg_database') AS comment
      FROM pg_database WHERE datname = '\(name)'
      """
    )[0]
    #expect(row.int("datconnlimit") == 41, "\(about)")
    #expect(row.string("comment").hasPrefix("orders"), "\(about)")
  }

  /// The server ends a killed client's work when it notices, a CREATE DATABASE not before its end,
  /// and who ends sessions when the renaming transaction is gone: wait for that.
  func waitUntilAlone() throws {
    let others = """
      SELECT count(*) FROM pg_stat_activity a
      WHERE application_name IN ('drydock', 'pg_restore') AND pid <> pg_backend_pid()
        AND (datname LIKE '\(name)%' OR (datname = 'postgres' AND EXISTS (
          SELECT FROM pg_database d WHERE d.datname LIKE '\(name)%'
            AND (strpos(a.query, d.datname) > 0
              OR (a.query LIKE 'DO $$%' AND strpos(a.query, d.oid::text) > 0)))))
      """
    while try maintenance.query(others, []).value != "0" {}
  }

  /// Drops what is kept beside, so that the next point begins as the first did.
  func drop() throws {
    let copies = try maintenance.execute(
      "SELECT datname FROM pg_database WHERE datname LIKE '\(name)\\_\\_dd\\_%'"
    ).map { $0.string("datname") }
    for copy in copies { try maintenance.execute("DROP DATABASE \(copy) WITH (FORCE)") }
    try maintenance.execute("COMMENT ON DATABASE \(name) IS 'orders'")
  }

  func removeCopies() {
    do { try drop() } catch { print("copies of \(name) were left behind: \(error)") }
  }
}
