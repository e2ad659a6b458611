import Files
import Postgres
import Processes
import TestSupport
import Testing

@Suite("Stop and start", .serialized)
struct StopStartTests {
  /// What `start --json` ends with.
  private struct Started: Decodable { let way: String }

  private static func fill(_ database: ConnectionSettings) throws {
    try Connection.open(database).execute(
      "CREATE TABLE t AS SELECT i, md5(i::text) AS x FROM generate_series(1, 500) i"
    )
  }

  /// Drops a database and makes an empty one of its name.
  private static func empty(_ database: ConnectionSettings) throws {
    let name = SQL.identifier(database.keywords["dbname"] ?? "")
    let maintenance = try Connection.open(database.database("postgres"))
    try maintenance.execute("DROP DATABASE \(name) WITH (FORCE)")
    try maintenance.execute("CREATE DATABASE \(name) TEMPLATE template0")
  }

  /// Whether a new session may write, and how many rows there are.
  private static func state(_ database: ConnectionSettings) throws -> String {
    let connection = try Connection.open(database)
    let count = try connection.execute("SELECT count(*) FROM t").int ?? -1
    let isClosed = try connection.execute("SHOW transaction_read_only").value == "on"
    return "\(isClosed ? "closed" : "open") with \(count)"
  }

  @Test(
    "A stop ends every session and every write; a start opens the same database again, once",
    arguments: TestServer.either()
  )
  func opened(server: TestServer) throws {
    try withDatabase(on: server) { database in
      try Self.fill(database)
      let user = try Drydock(on: server)
      let words = ["--database", database.argument]
      let writer = try Connection.open(database)
      try writer.execute("BEGIN; INSERT INTO t VALUES (0, 'not committed')")
      try user.run(["stop"] + words).require(0)
      #expect(throws: PostgresError.self) { try writer.execute("COMMIT") }
      let error = #expect(throws: PostgresError.self) {
        try Connection.open(database).execute("INSERT INTO t VALUES (0, 'late')")
      }
      #expect(error?.sqlState == "25006")
      #expect(try Self.state(database) == "closed with 500")
      #expect(try user.run(["stop"] + words).require(0).output.contains("already"))
      let start = try user.run(["start", "--json"] + words).require(0)
      #expect(try start.result(Started.self).way == "opened")
      #expect(try Self.state(database) == "open with 500")
      // The mark is used: what is written now cannot be lost to a second start.
      let again = try user.run(["start"] + words).require(3)
      #expect(again.missingOfError == [])
      try Self.empty(database)
      let late = try user.run(["start"] + words).require(3)
      #expect(late.errors.contains("was used already"), "\(late)")
    }
  }

  @Test("A start restores the marked snapshot into an empty database, and one start alone")
  func restored() throws {
    try withDatabase(on: .v15) { database in
      try Self.fill(database)
      let user = try Drydock(on: .v15)
      let words = ["--database", database.argument]
      try user.run(["stop"] + words).require(0)
      try Self.empty(database)
      try Connection.open(database).execute("CREATE TABLE own (i int)")
      let full = try user.run(["start"] + words).require(3)
      #expect(full.errors.contains("not empty"), "\(full)")
      try Connection.open(database).execute("DROP TABLE own")
      let start = try user.run(["start", "--json"] + words).require(0)
      #expect(try start.result(Started.self).way == "restored")
      #expect(try Self.state(database) == "open with 500")
      try withDatabase(on: .v15) { second in
        let words = ["--database", second.argument]
        #expect(try user.run(["start"] + words).require(3).errors.contains("no stop of database"))
        let snapshots = try user.run(["snapshots"]).require(0)
        let id =
          snapshots.output.split(separator: "\n").compactMap { line in
            line.split(separator: " ").first
          }.last ?? ""
        let run = try user.run(["start", String(id)] + words)
        #expect(run.code == 3, "a mark is used once: \(run)")
      }
    }
  }

  @Test("A stop whose snapshot was forgotten takes another one, and does not say that all is there")
  func forgotten() throws {
    try withDatabase(on: .v15) { database in
      try Self.fill(database)
      let user = try Drydock(on: .v15)
      let words = ["--database", database.argument]
      try user.run(["stop"] + words).require(0)
      let marked = try #require(
        try user.objects(in: "snapshots").first?.split(separator: "/").last.map(String.init)
      )
      try user.run(["forget", marked, "--even-last"]).require(0)
      let again = try user.run(["stop", "--json"] + words).require(0)
      #expect(again.output.contains(#""was_stopped":false"#), "\(again)")
      try Self.empty(database)
      try user.run(["start"] + words).require(0)
      #expect(try Self.state(database) == "open with 500")
    }
  }

  @Test(
    "A stop ends a connection of replication as well, which writes like any session",
    arguments: TestServer.either()
  )
  func replication(server: TestServer) throws {
    try withDatabase(on: server) { database in
      try Self.fill(database)
      let user = try Drydock(on: server)
      let sender = try Connection.open(database.with("replication", "database"))
      try sender.execute("BEGIN; INSERT INTO t VALUES (0, 'not committed')")
      let run = try user.run(["stop", "--database", database.argument]).require(0)
      #expect((run.output + run.errors).contains("ended all the same: walsender"), "\(run)")
      #expect(throws: PostgresError.self) { try sender.execute("COMMIT") }
      #expect(try Self.state(database) == "closed with 500")
    }
  }

  @Test("What the role may not end is named, and nothing is marked", arguments: TestServer.either())
  func notAllowed(server: TestServer) throws {
    let own = try OwnServer(on: server)
    let superuser = try Connection.open(own.settings())
    try superuser.execute(
      "CREATE ROLE keeper LOGIN; GRANT pg_read_all_stats, pg_signal_backend TO keeper"
    )
    try superuser.execute("CREATE DATABASE shop TEMPLATE template0 OWNER keeper")
    let database = own.settings("shop")
    try Self.fill(database)
    let app = try Connection.open(database)
    let user = try Drydock(on: server)
    let stop = ["stop", "--database", database.with("user", "keeper").argument]
    let run = try user.run(stop).require(8)
    #expect(run.errors.contains("may not end") && run.errors.contains("client backend"), "\(run)")
    #expect(run.missingOfError == [])
    #expect(try app.execute("SELECT 1").int == 1)
  }

  @Test("A mark is refused when the database was opened by hand and has a newer snapshot")
  func newer() throws {
    try withDatabase(on: .v15) { database in
      try Self.fill(database)
      let user = try Drydock(on: .v15)
      let words = ["--database", database.argument]
      try user.run(["stop"] + words).require(0)
      let name = SQL.identifier(database.keywords["dbname"] ?? "")
      let maintenance = try Connection.open(database.database("postgres"))
      try maintenance.execute("ALTER DATABASE \(name) RESET default_transaction_read_only")
      try Connection.open(database).execute("INSERT INTO t VALUES (501, 'written since')")
      try user.backup(database)
      try Self.empty(database)
      let run = try user.run(["start"] + words).require(3)
      #expect(run.errors.contains("there is a newer snapshot"), "\(run)")
      #expect(try Connection.open(database).execute("SHOW transaction_read_only").value == "off")
    }
  }

  @Test("The steps before a stop come first; where one fails, nothing is closed")
  func stepsBefore() throws {
    try withDatabase(on: .v15) { database in
      try Self.fill(database)
      let user = try Drydock(on: .v15)
      let words = ["stop", "--database", database.argument]
      let step = #"{sql: "INSERT INTO t VALUES (0, 'the last row')"}"#
      let failing = "runbook: {before: [\(step), {run: [/bin/false]}]}"
      let run = try user.run(words + (try Cosims.configuration(failing, for: user))).require(1)
      #expect(run.errors.contains("a step before the stop failed: /bin/false"), "\(run)")
      #expect(run.missingOfError == [])
      #expect(try Self.state(database) == "open with 501")
      let right = "runbook: {before: [{run: [/bin/true]}, \(step)]}"
      let stop = try user.run(words + (try Cosims.configuration(right, for: user)) + ["--json"])
      #expect(try stop.require(0).output.contains(#""was_stopped":false"#))
      #expect(try Self.state(database) == "closed with 502")
      let count = try user.run(["query", "latest", "SELECT count(*) FROM t", "--csv"]).require(0)
      #expect(count.output == "count\n502\n")
    }
  }

  @Test("What would go on writing refuses the stop before anything is changed")
  func writers() throws {
    // A server of its own: a role's setting refuses every stop on its server.
    let server = try OwnServer(on: .v15)
    try Connection.open(server.settings()).execute("CREATE DATABASE shop TEMPLATE template0")
    let database = server.settings("shop")
    try Self.fill(database)
    let user = try Drydock(on: .v15)
    let connection = try Connection.open(database)
    for place in ["", " IN DATABASE shop"] {
      try connection.execute(
        "CREATE ROLE writer; ALTER ROLE writer\(place) SET default_transaction_read_only = off"
      )
      let run = try user.run(["stop", "--database", database.argument]).require(3)
      #expect(run.errors.contains("role writer"), "\(run)")
      #expect(try Self.state(database) == "open with 500")
      try Connection.open(server.settings()).execute("DROP ROLE writer")
    }
  }

  @Test("A role that is not shown the sessions of others does not stop, since it would end none")
  func hiddenSessions() throws {
    let server = try OwnServer(on: .v15)
    let superuser = try Connection.open(server.settings())
    try superuser.execute("CREATE ROLE keeper LOGIN")
    try superuser.execute("CREATE ROLE app LOGIN")
    try superuser.execute("CREATE DATABASE shop TEMPLATE template0 OWNER keeper")
    let database = server.settings("shop")
    try Self.fill(database)
    let app = try Connection.open(database.with("user", "app"))
    let user = try Drydock(on: .v15)
    let stop = ["stop", "--database", database.with("user", "keeper").argument]
    let run = try user.run(stop).require(3)
    #expect(run.errors.contains("cannot be seen") && run.errors.contains("app"), "\(run)")
    #expect(run.missingOfError == [])
    #expect(try Self.state(database) == "open with 500")
    #expect(try app.execute("SELECT 1").int == 1)
  }

  @Test("A stop that is killed anywhere loses nothing: a start opens, or a stop goes on")
  func killedStop() throws {
    try withDatabase(on: .v15) { database in
      try Self.fill(database)
      let user = try Drydock(on: .v15)
      let stop = ["stop", "--jobs", "1", "--database", database.argument]
      let start = ["start", "--database", database.argument]
      let log = "\(user.directory)/points"
      try user.run(stop, ["DRYDOCK_FAULT_LOG": log]).require(0)
      try user.run(start).require(0)
      let saved = "\(user.directory)/saved"
      try Invocation("cp", ["-a", user.repository, saved]).run().checked()
      let points = try FaultPoints(log: log, sample: 6, "a killed stop")
      #expect(points.all.contains { $0.contains("store before put: restores/mark-") })
      var kills = 0
      for point in points.chosen {
        try Directory.removeTree(user.repository)
        try Invocation("cp", ["-a", saved, user.repository]).run().checked()
        let killed = try user.run(stop, ["DRYDOCK_FAULT_POINT": "\(point)"])
        let name = points.all[point - 1]
        guard killed.ending == .signalled(9) else { continue }
        kills += 1
        let isOpen = try Self.state(database) == "open with 500"
        let opened = try user.run(start)
        #expect(opened.code == 0 || (isOpen && opened.code == 3), "\(name): \(opened)")
        #expect(try Self.state(database) == "open with 500", "\(name)")
        let again = try user.run(stop)
        #expect(again.code == 0, "\(name): \(again)")
        #expect(try Self.state(database) == "closed with 500", "\(name)")
        try user.run(start).require(0)
      }
      // A run may be shorter than the one that was counted, but not all of them.
      #expect(kills > points.chosen.count / 2)
    }
  }

  @Test("A stopped database that was emptied, and filled in part by a killed start, is not opened")
  func emptied() throws {
    try withDatabase(on: .v15) { database in
      try Self.fill(database)
      let user = try Drydock(on: .v15)
      let start = ["start", "--jobs", "1", "--database", database.argument]
      try user.run(["stop", "--database", database.argument]).require(0)
      let writable = database.with("options", "-c default_transaction_read_only=off")
      try Connection.open(writable).execute("DROP TABLE t")
      let saved = "\(user.directory)/saved"
      try Invocation("cp", ["-a", user.repository, saved]).run().checked()
      let log = "\(user.directory)/points"
      try user.run(start, ["DRYDOCK_FAULT_LOG": log]).require(0)
      #expect(try Self.state(database) == "open with 500")
      let all = FaultPoints.passed(log: log)
      let copying = try #require(all.firstIndex { $0.contains("before: COPY") })
      try Directory.removeTree(user.repository)
      try Invocation("cp", ["-a", saved, user.repository]).run().checked()
      try Connection.open(database).execute("DROP TABLE t")
      let killed = try user.run(start, ["DRYDOCK_FAULT_POINT": "\(copying + 1)"])
      #expect(killed.ending == .signalled(9), "\(killed)")
      // The same database by its oid: only the repository knows that its content is a part.
      let again = try user.run(start).require(3)
      #expect(again.errors.contains("a part of what an interrupted start restored"), "\(again)")
      #expect(try Self.state(database).hasPrefix("closed"))
      try Connection.open(writable).execute("DROP TABLE t")
      try user.run(start).require(0)
      #expect(try Self.state(database) == "open with 500")
    }
  }

  @Test("A start that is killed anywhere is repeated, and never opens a part of the data")
  func killedStart() throws {
    try withDatabase(on: .v15) { database in
      try Self.fill(database)
      let user = try Drydock(on: .v15)
      let start = ["start", "--jobs", "1", "--database", database.argument]
      try user.run(["stop", "--database", database.argument]).require(0)
      let saved = "\(user.directory)/saved"
      try Invocation("cp", ["-a", user.repository, saved]).run().checked()
      try Self.empty(database)
      let log = "\(user.directory)/points"
      try user.run(start, ["DRYDOCK_FAULT_LOG": log]).require(0)
      let points = try FaultPoints(log: log, sample: 9, "a killed start")
      var kills = 0
      for point in points.chosen {
        try Directory.removeTree(user.repository)
        try Invocation("cp", ["-a", saved, user.repository]).run().checked()
        try Self.empty(database)
        let killed = try user.run(start, ["DRYDOCK_FAULT_POINT": "\(point)"])
        let name = points.all[point - 1]
        guard killed.ending == .signalled(9) else { continue }
        kills += 1
        var again = try user.run(start)
        if again.code == 3 {
          // Opened already, or a part of the data: that one is closed.
          let connection = try Connection.open(database)
          let isOpen = try connection.execute("SHOW transaction_read_only").value == "off"
          if !isOpen {
            try Self.empty(database)
            again = try user.run(start)
            #expect(again.code == 0, "\(name): \(again)")
          }
        }
        #expect(try Self.state(database) == "open with 500", "\(name): \(again)")
        try Self.empty(database)
        #expect(try user.run(start).code == 3, "\(name): the mark is used once")
      }
      #expect(kills > points.chosen.count / 2)
    }
  }
}
