import Foundation
import Postgres
import Processes
import TestSupport
import Testing

@Suite("The exchange of a whole database is interrupted", .serialized)
struct DatabaseInterruptionTests {
  /// What a plan ends with.
  private struct Plan: Decodable { let token: String }

  /// What `restores --json` ends with.
  private struct Restores: Decodable {
    struct Item: Decodable { let state: String }
    let restores: [Item]
  }

  private let user: Drydock

  /// What the replacement says.
  private var log: String { "\(user.directory)/child.log" }

  init() throws { user = try Drydock(on: .v15) }

  /// Lends a database of which there is a snapshot, and a replacement of it that has stopped itself.
  private func stopped(
    at label: String,
    _ body: (ConnectionSettings, Connection, Child) throws -> Void
  ) throws {
    try withDatabase(on: .v15) { target in
      try Connection.open(target).execute("CREATE TABLE t AS SELECT generate_series(1, 500) AS i")
      try user.backup(target)
      let words = ["restore", "latest", "--into", target.argument, "--replace", "--json"]
      let plan = try user.run(words).require(3).result(Plan.self)
      #expect(FileManager.default.createFile(atPath: log, contents: nil))
      let output = try #require(FileHandle(forWritingAtPath: log))
      let child = try user.invocation(
        words + ["--confirm", plan.token],
        ["DRYDOCK_FAULT_PAUSE": label]
      ).start(log: output.fileDescriptor)
      Wait.asLongAs(!ProcessTable.isStopped(child.pid) && child.status == nil)
      #expect(child.status == nil, "it did not stop")
      let name = try #require(target.keywords["dbname"])
      let maintenance = try Connection.open(target.database("postgres"))
      try body(target, maintenance, child)
      for copy in try copies(of: name, maintenance) {
        try maintenance.execute("DROP DATABASE \(copy) WITH (FORCE)")
      }
    }
  }

  private func copies(of name: String, _ maintenance: Connection) throws -> [String] {
    try maintenance.execute(
      "SELECT datname FROM pg_database WHERE datname LIKE '\(name)\\_\\_dd\\_%'"
    ).map { $0.string("datname") }
  }

  private func states(_ target: ConnectionSettings) throws -> [String] {
    try user.run(["restores", "--into", target.argument, "--json"]).require(0)
      .result(Restores.self).restores.map(\.state)
  }

  private func resume(_ child: Child) throws {
    try Invocation("sh", ["-c", #"kill -s CONT "$0""#, "\(child.pid)"]).run().checked()
  }

  @Test("by a person while the copy is built: the copy goes, the live database stays")
  func whileBuilding() throws {
    // The server stops at the lock, so that the signal comes in the middle for certain.
    try stopped(at: "statement before: ANALYZE") { target, maintenance, child in
      let name = try #require(target.keywords["dbname"])
      let copy = try #require(try copies(of: name, maintenance).first)
      let blocker = try Connection.open(target.database(copy))
      try blocker.execute("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE")
      child.signal(.terminate)
      try resume(child)
      let status = try child.wait(timeLimit: .seconds(300))
      let said = try String(contentsOfFile: log, encoding: .utf8)
      #expect(status == .exited(143), "\(said)")
      #expect(try copies(of: name, maintenance) == [])
      #expect(try states(target) == [])
      #expect(try Connection.open(target).execute("SELECT count(*) FROM t").int == 500)
    }
  }

  @Test("by a lost connection between the renames: the old state, and resume ends it")
  func whileSwapping() throws {
    try stopped(at: "RENAME TO") { target, maintenance, child in
      let name = try #require(target.keywords["dbname"])
      try maintenance.execute(
        """
        SELECT pg_terminate_backend(pid, 10000) FROM pg_locks WHERE locktype = 'advisory'
          AND objid::bigint = hashtext('\(name)')::bigint & 4294967295
        """
      )
      try resume(child)
      let ending = try child.wait(timeLimit: .seconds(60))
      #expect(ending == .exited(8))
      #expect(try states(target) == ["proven"])
      try user.run(["restore", "--resume", "--into", target.argument]).require(0)
      #expect(try states(target) == ["swapped"])
    }
  }
}
