import Cluster
import Files
import Foundation
import Postgres
import Processes
import TestSupport
import Testing

@Suite("A start opens and restores only what is right, and says what is missing", .serialized)
struct StartGuardTests {
  /// What `start --json` ends with.
  private struct Started: Decodable {
    let way: String
    let omissions: [String]
  }

  private static func isClosed(_ database: ConnectionSettings) throws -> Bool {
    try Connection.open(database).execute("SHOW transaction_read_only").value == "on"
  }

  private static func recreate(_ database: ConnectionSettings, ownedBy role: String) throws {
    let name = SQL.identifier(database.keywords["dbname"] ?? "")
    let maintenance = try Connection.open(database.database("postgres"))
    try maintenance.execute("DROP DATABASE \(name) WITH (FORCE)")
    try maintenance.execute("CREATE DATABASE \(name) OWNER \(role) TEMPLATE template0")
  }

  @Test("What the server refuses the role that starts is listed, also by a start that goes on")
  func omissions() throws {
    try withDatabase(on: .v15) { database in
      let end = String(UInt64.random(in: .min ... .max), radix: 36)
      let (admin, other) = ("admin_\(end)", "other_\(end)")
      try Connection.open(database).execute(
        """
        CREATE ROLE \(admin) LOGIN; CREATE ROLE \(other);
        CREATE SCHEMA shop; CREATE TABLE shop.t AS SELECT 1 AS i;
        ALTER TABLE shop.t OWNER TO \(other)
        """
      )
      let user = try Drydock(on: .v15)
      try user.run(["stop", "--database", database.argument]).require(0)
      try Self.recreate(database, ownedBy: admin)
      let start = ["start", "--database", database.with("user", admin).argument, "--json"]
      try PausedRun(user, start, at: "store before put: restores/used-").kill()
      let run = try user.run(start).require(7)
      let started = try run.result(Started.self)
      #expect(started.way == "restored")
      #expect(started.omissions.contains { $0.hasPrefix("the owner of table t") }, "\(run)")
      #expect(try !Self.isClosed(database))
      try Connection.open(database).execute(
        "DROP OWNED BY \(admin), \(other) CASCADE; DROP SCHEMA IF EXISTS shop CASCADE"
      )
      let name = SQL.identifier(database.keywords["dbname"] ?? "")
      try Connection.open(database.database("postgres")).execute("DROP DATABASE \(name)")
      try Connection.open(database.database("postgres")).execute("DROP ROLE \(admin), \(other)")
    }
  }

  @Test(
    "A copy of the server from before the stop, open or closed, is not taken for the one that was stopped"
  )
  func olderCopy() throws {
    let server = try ScratchServer.start(try TestServer.v15.options())
    let user = try Drydock(on: .v15)
    let shop = server.settings(database: "shop")
    let words = ["--database", shop.argument]
    func keep(_ name: String) throws { try exchange(server, ["cp", "-a", "data", name]) }
    func bring(_ name: String) throws {
      try exchange(server, ["mv", "data", "data.before"], ["cp", "-a", name, "data"])
    }
    func back() throws {
      try exchange(server, ["rm", "-rf", "data"], ["mv", "data.before", "data"])
    }
    try Connection.open(server.settings()).execute("CREATE DATABASE shop TEMPLATE template0")
    try Connection.open(shop).execute("CREATE TABLE t AS SELECT 1 AS i")
    try keep("data.open")
    try user.run(["stop"] + words).require(0)
    try keep("data.closed")
    try user.run(["start"] + words).require(0)
    try Connection.open(shop).execute("INSERT INTO t SELECT generate_series(2, 1000)")
    try user.run(["stop"] + words).require(0)
    for (name, reason) in [("data.open", "is not closed"), ("data.closed", "behind the snapshot")] {
      try bring(name)
      let run = try user.run(["start"] + words).require(3)
      #expect(run.errors.contains(reason) && run.errors.contains("older copy"), "\(run)")
      #expect(run.missingOfError == [])
      #expect(try Connection.open(shop).execute("SELECT count(*) FROM t").int == 1)
      try back()
    }
    try user.run(["start"] + words).require(0)
    #expect(try Connection.open(shop).execute("SELECT count(*) FROM t").int == 1000)
    try server.remove()
  }

  /// Does something with the files of a server that is stopped meanwhile.
  private func exchange(_ server: ScratchServer, _ commands: [String]...) throws {
    try server.stop()
    let parent = Directory.parent(of: server.dataDirectory)
    for command in commands {
      try Invocation(command[0], Array(command.dropFirst()), directory: parent).run().checked()
    }
    try server.startAgain()
  }

  @Test("A database that was opened by hand is left as it is, and so is its mark")
  func openedByHand() throws {
    try withDatabase(on: .v15) { database in
      try Connection.open(database).execute("CREATE TABLE t AS SELECT 1 AS i")
      let user = try Drydock(on: .v15)
      let words = ["--database", database.argument]
      try user.run(["stop"] + words).require(0)
      let name = SQL.identifier(database.keywords["dbname"] ?? "")
      try Connection.open(database.database("postgres")).execute(
        "ALTER DATABASE \(name) RESET default_transaction_read_only"
      )
      let run = try user.run(["start"] + words).require(3)
      #expect(run.errors.contains("opened by hand") && run.missingOfError == [], "\(run)")
      #expect(try user.objects(in: "restores").filter { $0.contains("/used-") } == [])
      try user.run(["stop"] + words).require(0)
      try user.run(["start"] + words).require(0)
      #expect(try !Self.isClosed(database))
    }
  }

  @Test("A stop that failed before its mark is ended by a start, however empty the database is")
  func empty() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      let words = ["--database", database.argument]
      try PausedRun(user, ["stop"] + words, at: "store before put: snapshots/").kill()
      #expect(try Self.isClosed(database))
      let start = try user.run(["start", "--json"] + words).require(0)
      #expect(try start.result(Started.self).way == "opened")
      #expect(try !Self.isClosed(database))
    }
  }

  @Test(
    "A database with nothing but a type in public is not empty: it is opened, not restored into"
  )
  func types() throws {
    try withDatabase(on: .v15) { database in
      try Connection.open(database).execute("CREATE TYPE colour AS ENUM ('red', 'blue')")
      let user = try Drydock(on: .v15)
      let words = ["--database", database.argument]
      try user.run(["stop"] + words).require(0)
      let start = try user.run(["start", "--json"] + words).require(0)
      #expect(try start.result(Started.self).way == "opened")
      #expect(try !Self.isClosed(database))
    }
  }
}
