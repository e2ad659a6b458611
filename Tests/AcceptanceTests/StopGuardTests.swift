import Foundation
import Postgres
import Processes
import Synchronization
import TestSupport
import Testing

@Suite("What a stop promises holds, whatever others do meanwhile", .serialized)
struct StopGuardTests {
  /// Lends a database with a row, a user, and the words that name the database.
  private func withShop(
    _ body: (ConnectionSettings, Drydock, [String]) throws -> Void
  ) throws {
    try withDatabase(on: .v15) { database in
      try Connection.open(database).execute("CREATE TABLE t AS SELECT 1 AS i")
      try body(database, try Drydock(on: .v15), ["--database", database.argument])
    }
  }

  /// Whether a session is made.
  private final class Flag: Sendable {
    private let value = Mutex(false)
    var isSet: Bool { value.withLock { $0 } }
    func set() { value.withLock { $0 = true } }
  }

  /// A session that is being made and shows itself only later.
  ///
  /// Other tests can keep this one from looking for so long that it is made meanwhile: then another.
  private func beginning(
    _ settings: ConnectionSettings,
    isSeen: () throws -> Bool
  ) async throws -> Task<Session, any Error> {
    while true {
      let isMade = Flag()
      let writer = Task {
        defer { isMade.set() }
        return try await Session.open(settings)
      }
      try await Wait.asLongAs(try !isMade.isSet && !isSeen())
      guard isMade.isSet else { return writer }
      await (try writer.value).close()
    }
  }

  private static func reset(_ database: ConnectionSettings) throws {
    let name = SQL.identifier(database.keywords["dbname"] ?? "")
    try Connection.open(database.database("postgres")).execute(
      "ALTER DATABASE \(name) RESET default_transaction_read_only"
    )
  }

  private static func isClosed(_ database: ConnectionSettings) throws -> Bool {
    try Connection.open(database).execute("SHOW transaction_read_only").value == "on"
  }

  @Test("Opened by hand while the snapshot is taken, there is no mark, and the stop says so")
  func openedByHand() throws {
    try withShop { database, user, words in
      let stop = try PausedRun(user, ["stop"] + words, at: "store before put: snapshots/")
      try Self.reset(database)
      try Connection.open(database).execute("INSERT INTO t VALUES (2)")
      let (ending, said) = try stop.resume()
      #expect(
        ending == .exited(8) && said.contains("opened while the snapshot was taken"),
        "\(said)"
      )
      #expect(try user.objects(in: "restores").filter { $0.contains("/mark-") } == [])
    }
  }

  @Test("Opened by a start at the last moment, the mark is used, and the stop says so")
  func openedByStart() throws {
    try withShop { database, user, words in
      let stop = try PausedRun(user, ["stop"] + words, at: "store before put: restores/mark-")
      try user.run(["start"] + words).require(0)
      try Connection.open(database).execute("INSERT INTO t VALUES (2)")
      let (ending, said) = try stop.resume()
      #expect(
        ending == .exited(8) && said.contains("opened while the snapshot was taken"),
        "\(said)"
      )
      #expect(try !Self.isClosed(database))
      try user.run(["stop"] + words).require(0)
      let rows = try user.run(["query", "latest", "SELECT count(*) FROM t", "--csv"]).require(0)
      #expect(rows.output == "count\n2\n")
    }
  }

  @Test("Opened by hand at the last moment, the mark that was written can restore nothing")
  func openedAtMark() throws {
    try withShop { database, user, words in
      let stop = try PausedRun(user, ["stop"] + words, at: "store before put: restores/mark-")
      try Self.reset(database)
      let (ending, said) = try stop.resume()
      #expect(
        ending == .exited(8) && said.contains("opened while the snapshot was taken"),
        "\(said)"
      )
      try Connection.open(database).execute("DROP TABLE t")
      let start = try user.run(["start"] + words).require(3)
      #expect(start.errors.contains("was used already"), "\(start)")
    }
  }

  @Test(
    "However often a start is killed before it opens, the next stop and start open the database"
  )
  func stoppedAgain() throws {
    try withShop { database, user, words in
      for _ in 0..<2 {
        try user.run(["stop"] + words).require(0)
        try PausedRun(user, ["start"] + words, at: "ALTER DATABASE").kill()
        #expect(try Self.isClosed(database))
      }
      try user.run(["stop"] + words).require(0)
      try user.run(["start"] + words).require(0)
      #expect(try !Self.isClosed(database))
    }
  }

  @Test("The copy that lost against another start is opened after a stop of its own")
  func copies() throws {
    try withShop { database, user, words in
      try user.run(["stop"] + words).require(0)
      let marked = try #require(
        try user.objects(in: "snapshots").first?.split(separator: "/").last.map(String.init)
      )
      try withDatabase(on: .v15) { copy in
        let copied = ["--database", copy.argument]
        let start = try PausedRun(user, ["start", marked] + copied, at: "restores/used-")
        try user.run(["start"] + words).require(0)
        #expect(try start.resume().ending == .exited(3))
        #expect(try Self.isClosed(copy))
        try user.run(["stop"] + copied).require(0)
        try user.run(["start"] + copied).require(0)
        #expect(try !Self.isClosed(copy))
      }
    }
  }

  @Test("A database that a person made read-only is so again after stop and start, each time")
  func archive() throws {
    try withShop { database, user, words in
      try user.run(["stop"] + words).require(0)
      try user.run(["start"] + words).require(0)
      let name = SQL.identifier(database.keywords["dbname"] ?? "")
      try Connection.open(database).execute(
        "ALTER DATABASE \(name) SET default_transaction_read_only = on"
      )
      for _ in 0..<2 {
        try user.run(["stop"] + words).require(0)
        try user.run(["start"] + words).require(0)
        #expect(try Self.isClosed(database))
      }
    }
  }

  @Test(
    "A session that was being made when the database was closed is ended, however late it shows"
  )
  func late() async throws {
    try await withDatabase(on: .v15) { database in
      try Connection.open(database).execute("CREATE TABLE t AS SELECT 1 AS i")
      let user = try Drydock(on: .v15)
      // It has read the old default, and shows itself only after this pause.
      let slow = database.with("options", "-c post_auth_delay=4")
      let looking = try Connection.open(database.database("postgres"))
      let starting = """
        SELECT count(*) > 0 FROM pg_locks l JOIN pg_database d ON d.oid = l.objid
        WHERE locktype = 'object' AND classid = 'pg_database'::regclass
          AND datname = '\(database.keywords["dbname"] ?? "")'
        """
      let writer = try await beginning(slow) { try looking.execute(starting).bool }
      let stop = try PausedRun(
        user,
        ["stop", "--database", database.argument],
        at: "statement before: SELECT pg_catalog.count(*) FROM pg_catalog.pg_locks"
      )
      let session = try await writer.value
      let (ending, said) = try stop.resume()
      #expect(ending == .exited(0), "\(said)")
      await #expect(throws: PostgresError.self) {
        try await session.run { _ = try $0.execute("INSERT INTO t VALUES (2)") }
      }
    }
  }

  @Test("A stop that goes on does not repeat the steps before it, which could not write any more")
  func goesOn() throws {
    try withShop { database, user, words in
      let psql =
        "[psql, \"\(database.argument)\", -c, INSERT INTO t VALUES (2), -v, ON_ERROR_STOP=1]"
      let runbook = "runbook: {before: [{run: \(psql)}, {sql: INSERT INTO t VALUES (3)}]}"
      let stop = ["stop"] + words + (try Cosims.configuration(runbook, for: user))
      try PausedRun(user, stop, at: "store before put: snapshots/").kill()
      try user.run(stop).require(0)
      let rows = try user.run(["query", "latest", "SELECT count(*) FROM t", "--csv"]).require(0)
      #expect(rows.output == "count\n3\n")
      // A new stop is a new one.
      try user.run(["start"] + words).require(0)
      try user.run(stop).require(0)
      let more = try user.run(["query", "latest", "SELECT count(*) FROM t", "--csv"]).require(0)
      #expect(more.output == "count\n5\n")
    }
  }
}
