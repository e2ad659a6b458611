import Foundation
import Postgres
import Processes
import TestSupport
import Testing

/// The exchange of a whole database, as a person meets it on the command line.
@Suite("A whole database is replaced through the command line")
struct DatabaseReplacementTests {
  /// What a plan ends with.
  private struct Plan: Decodable {
    let token: String
    let command: [String]
  }

  /// What a replacement, an undo or a resume ends with.
  private struct Result: Decodable {
    let state: String
    let omissions: [String]
    let set_back: [String]
  }

  /// What `restores --json` ends with.
  private struct Restores: Decodable {
    struct Item: Decodable {
      let state: String
      let omissions: [String]
    }
    let restores: [Item]
  }

  /// A database, and what is done with it.
  private struct Target {
    let settings: ConnectionSettings
    let user: Drydock
    let maintenance: Connection

    var name: String { settings.keywords["dbname"] ?? "" }

    func words(_ more: [String]) -> [String] {
      ["restore", "--into", settings.argument, "--json"] + more
    }

    /// Plans and runs exactly what the plan ends in.
    func confirmed(_ more: [String], _ variables: [String: String] = [:]) throws -> Run {
      let plan = try user.run(words(more)).require(3).result(Plan.self)
      return try user.run(Array(plan.command.dropFirst()) + ["--json"], variables)
    }

    func restores() throws -> [Restores.Item] {
      try user.run(["restores", "--into", settings.argument, "--json"]).require(0)
        .result(Restores.self).restores
    }

    func copies() throws -> [String] {
      try maintenance.execute(
        "SELECT datname FROM pg_database WHERE datname LIKE '\(name)\\_\\_dd\\_%'"
      ).map { $0.string("datname") }
    }

    func drop() throws {
      for copy in try copies() { try maintenance.execute("DROP DATABASE \(copy) WITH (FORCE)") }
    }

    /// How many restores the repository remembers as the origin of data.
    func origins() throws -> Int {
      try user.objects(in: "restores").filter { $0.contains("data-") }.count
    }
  }

  private func withTarget(
    of script: String,
    on server: TestServer,
    _ body: (Target) throws -> Void
  ) throws {
    try withDatabase(on: server) { settings in
      try Connection.open(settings).execute(script)
      let target = Target(
        settings: settings,
        user: try Drydock(on: server),
        maintenance: try Connection.open(settings.database("postgres"))
      )
      try target.user.backup(settings)
      try body(target)
      try target.drop()
    }
  }

  private static let rows = "CREATE TABLE t AS SELECT generate_series(1, 500) AS i;"

  @Test(
    "A copy that lacks something waits, and goes live on a person's word",
    arguments: TestServer.either()
  )
  func omissions(server: TestServer) throws {
    let id = String(UInt32.random(in: 0 ... .max), radix: 36)
    let script = """
      \(Self.rows) CREATE ROLE admin_\(id) LOGIN CREATEDB; ALTER TABLE t OWNER TO admin_\(id);
      CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
      CREATE EVENT TRIGGER watch_\(id) ON ddl_command_end EXECUTE FUNCTION watch();
      """
    try withTarget(of: script, on: server) { whole in
      try whole.maintenance.execute("ALTER DATABASE \(whole.name) OWNER TO admin_\(id)")
      let target = Target(
        settings: whole.settings.with("user", "admin_\(id)"),
        user: whole.user,
        maintenance: whole.maintenance
      )
      let oid = "SELECT oid FROM pg_database WHERE datname = '\(whole.name)'"
      let before = try whole.maintenance.execute(oid).int
      let waiting = try target.confirmed(["latest", "--replace"])
      #expect(waiting.code == 3, "\(waiting)")
      let result = try waiting.result(Result.self)
      let trigger = "event trigger watch_\(id)"
      #expect(result.state == "proven", "\(waiting)")
      #expect(result.omissions.contains { $0.hasPrefix(trigger) }, "\(waiting)")
      #expect(try whole.maintenance.execute(oid).int == before)
      let listed = try target.restores()
      #expect(listed.map(\.state) == ["proven"] && listed[0].omissions == result.omissions)
      let shown = try target.user.run(["restores", "--into", target.settings.argument]).require(0)
      #expect(shown.output.contains(trigger), "\(shown)")
      let origins = try target.origins()
      let resumed = try target.user.run(target.words(["--resume"]))
      #expect(resumed.code == 7, "\(resumed)")
      #expect(try resumed.result(Result.self).omissions == result.omissions, "\(resumed)")
      #expect(try target.restores().map(\.state) == ["swapped"])
      #expect(try whole.maintenance.execute(oid).int != before)
      #expect(try target.origins() == origins + 1)
      for database in try target.copies() + [whole.name] {
        try whole.maintenance.execute("ALTER DATABASE \(database) OWNER TO postgres")
        try Connection.open(whole.settings.database(database)).execute(
          "DROP EVENT TRIGGER IF EXISTS watch_\(id); REASSIGN OWNED BY admin_\(id) TO postgres;"
            + " DROP OWNED BY admin_\(id)"
        )
      }
      try whole.maintenance.execute("DROP ROLE admin_\(id)")
    }
  }

  @Test("The command that a plan ends in runs that plan, whatever was left out")
  func command() throws {
    try withTarget(of: Self.rows, on: .v15) { target in
      let more = ["latest", "--replace", "--no-owner", "--no-privileges", "--jobs", "1"]
      try target.confirmed(more).require(0)
      #expect(try target.restores().map(\.state) == ["swapped"])
      try target.confirmed(["--undo"]).require(0)
      #expect(try target.restores().map(\.state) == ["undone"])
      let schema = ["latest", "--replace", "--schema", "public", "--no-owner"]
      let refused = try target.user.run(target.words(schema))
      #expect(refused.errors.contains("public"), "\(refused)")
    }
  }

  @Test("What makes no sense with --replace is refused, and nothing is passed over")
  func contradictions() throws {
    try withTarget(of: Self.rows, on: .v15) { target in
      let cases = [
        ["latest", "--replace", "--drop"], ["latest", "--replace", "--way", "beside"],
        ["latest", "--replace", "--rename", "x"], ["latest", "--replace", "--no-verify"],
        ["latest", "--replace", "--rename", "x", "--with-roles", "--table", "t"],
        ["latest", "--replace", "--schema", "public", "--schema-only"], ["--undo", "--drop"],
        ["--undo", "--schema", "public"], ["--resume", "--no-verify"],
        ["--accept", "--table", "t"],
      ]
      for words in cases {
        let run = try target.user.run(["restore", "--into", target.settings.argument] + words)
        #expect(run.code == 2 && run.missingOfError == [], "\(run)")
      }
      #expect(try target.copies() == [])
    }
  }

  @Test(
    "A copy with a subscription is dropped by undo, and built again by resume",
    arguments: TestServer.either()
  )
  func subscription(server: TestServer) throws {
    let script = """
      \(Self.rows) CREATE SUBSCRIPTION far CONNECTION 'host=/nowhere' PUBLICATION p
        WITH (connect = false)
      """
    try withTarget(of: script, on: server) { target in
      for (label, state, action) in [
        ("RENAME TO", "proven", "--undo"), ("statement before: ANALYZE", "building", "--undo"),
        ("statement before: ANALYZE", "building", "--resume"),
      ] {
        try kill(target, at: label)
        #expect(try target.restores().map(\.state) == [state], "\(label)")
        guard action == "--undo" else { continue }
        let undone = try target.confirmed([action])
        #expect(undone.code == 0, "\(undone)")
        #expect(try undone.result(Result.self).state == "abandoned", "\(undone)")
        #expect(try target.copies() == [], "\(label)")
      }
      let resumed = try target.user.run(target.words(["--resume"]))
      #expect(resumed.code == 0, "\(resumed)")
      #expect(try target.restores().map(\.state) == ["swapped"])
      for database in try target.copies() + [target.name] {
        let connection = try Connection.open(target.settings.database(database))
        try connection.execute("ALTER SUBSCRIPTION far SET (slot_name = NONE)")
        try connection.execute("DROP SUBSCRIPTION far")
      }
    }
  }

  /// Runs a replacement and kills it at the first point of a label.
  private func kill(_ target: Target, at label: String) throws {
    let plan = try target.user.run(target.words(["latest", "--replace"])).require(3)
      .result(Plan.self)
    let log = "\(target.user.directory)/child.log"
    #expect(FileManager.default.createFile(atPath: log, contents: nil))
    let output = try #require(FileHandle(forWritingAtPath: log))
    let child = try target.user.invocation(
      Array(plan.command.dropFirst()),
      ["DRYDOCK_FAULT_PAUSE": label]
    ).start(log: output.fileDescriptor)
    Wait.asLongAs(!ProcessTable.isStopped(child.pid) && child.status == nil)
    #expect(child.status == nil, "it did not stop")
    child.signal(.kill)
    _ = try child.wait(timeLimit: .seconds(60))
    // The server notices a little later; until then the lock says that the operation is alive.
    let others = """
      SELECT count(*) FROM pg_stat_activity WHERE application_name IN ('drydock', 'pg_restore')
        AND (datname LIKE '\(target.name)%' OR pid IN (SELECT pid FROM pg_locks
          WHERE locktype = 'advisory'
            AND objid::bigint = hashtext('\(target.name)')::bigint & 4294967295))
      """
    try Wait.asLongAs(target.maintenance.execute(others).int != 0)
  }

  @Test("Patches that are set back are listed, and migrate applies them again")
  func patches() throws {
    try withDatabase(on: .v15) { settings in
      let target = Target(
        settings: settings,
        user: try Drydock(on: .v15),
        maintenance: try Connection.open(settings.database("postgres"))
      )
      let user = target.user
      let migrate = [
        "migrate", "--database", settings.argument, "--without-receipt", "--because", "a test",
      ]
      try user.write(patch: "0001_a.sql", "CREATE TABLE a (i int);\n")
      try user.run(migrate).require(0)
      try user.backup(settings)
      try user.write(patch: "0002_b.sql", "CREATE TABLE b (i int);\n")
      try user.run(migrate).require(0)
      let words = ["restore", "latest", "--into", settings.argument, "--replace"]
      let plan = try user.run(words).require(3)
      #expect(plan.output.contains("Patches that are set back"), "\(plan)")
      try kill(target, at: "RENAME TO")
      // Also where the run that was confirmed did not end it.
      let resumed = try user.run(["restore", "--resume", "--into", settings.argument]).require(0)
      #expect(resumed.output.contains("drydock migrate applies them again"), "\(resumed)")
      #expect(resumed.output.contains("0002 0002_b"), "\(resumed)")
      let there = "SELECT to_regclass('b') IS NOT NULL"
      #expect(try !Connection.open(settings).execute(there).bool)
      try user.run(migrate).require(0)
      #expect(try Connection.open(settings).execute(there).bool)
      try target.drop()
    }
  }
}
