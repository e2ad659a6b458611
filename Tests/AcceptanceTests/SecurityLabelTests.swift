import Cluster
import Files
import Foundation
import Postgres
import Processes
import TestSupport
import Testing

/// Labels come from providers, and no server here has one: each label has to be in the list of what
/// was left out, and nothing else may be missing.
@Suite("Security labels whose providers are not loaded")
struct SecurityLabelTests {
  /// What the JSON of a restore, or of a plan, says.
  private struct Result: Decodable {
    let omissions: [String]
  }
  private struct Plan: Decodable {
    let token: String
  }

  private static let script = "\(SharedInputs.packageRoot)/fixtures/odd/labels.sql"

  private func load(_ database: ConnectionSettings, _ server: TestServer) throws {
    try Psql.run(file: Self.script, on: database, server: server)
  }

  /// One sentence for each label that `pg_dump` writes, and in which it is named.
  private func expected(
    _ source: ConnectionSettings,
    _ server: TestServer
  ) throws -> [String] {
    let dump = try Psql.dump(source, server: server)
    let lines = dump.split(separator: "\n").filter { $0.hasPrefix("SECURITY LABEL FOR ") }
    #expect(lines.count == 20)
    return lines.compactMap { line in
      guard let object = line.firstRange(of: " ON "), let end = line.firstRange(of: " IS '")
      else { return nil }
      let provider = line.contains("FOR \"lab guard\"") ? "lab guard" : "other"
      return "security label on \(line[object.upperBound..<end.lowerBound]):"
        + " security label provider \"\(provider)\" is not loaded"
    }.sorted()
  }

  private func omissions(_ run: Run) throws -> [String] {
    try run.require(7).result(Result.self).omissions.sorted()
  }

  private func confirm(_ words: [String], _ user: Drydock) throws -> Run {
    let plan = try user.run(words + ["--json"]).require(3).result(Plan.self)
    return try user.run(words + ["--json", "--confirm", plan.token])
  }

  @Test(
    "Each label is named, and everything else is there as psql makes it, which goes on",
    arguments: OddObjectTests.Way.all
  )
  func restore(way: OddObjectTests.Way) throws {
    try withDatabase(on: way.source) { source in
      try load(source, way.source)
      let user = try Drydock(on: way.source)
      try user.backup(source)
      try withDatabase(on: way.target) { copy in
        try withDatabase(on: way.target) { reference in
          let words = ["restore", "latest", "--into", copy.argument]
          let programs = ["DRYDOCK_BINARIES": try way.target.options().binaries ?? ""]
          let run = try user.run(words + ["--json"], programs)
          #expect(try omissions(run) == expected(source, way.source))
          let file = "\(user.directory)/psql.sql"
          _ = try Psql.dump(source, server: way.source, ["--file=\(file)"])
          let psql = try DumpPrograms.run(
            "psql",
            ["--no-psqlrc", "--quiet", "--file=\(file)", "--dbname=\(reference.argument)"],
            on: way.target
          )
          #expect(psql.errors.contains("provider \"lab guard\" is not loaded"))
          try Copies(on: way.target, in: user.directory).expectEqual(copy, reference)
        }
      }
    }
  }

  @Test(
    "A scratch server has no provider: the snapshot is proven, asked and rehearsed all the same",
    arguments: TestServer.either()
  )
  func scratch(server: TestServer) throws {
    try withDatabase(on: server) { source in
      try load(source, server)
      let user = try Drydock(on: server)
      try user.backup(source)
      try user.run(["verify", "--level", "3"]).require(0)
      let answer = try user.run(["query", "latest", "SELECT count(*) FROM lab.open", "--csv"])
      #expect(try answer.require(0).output == "count\n50\n")
      try user.write(patch: "0001_more.sql", "ALTER TABLE lab.job ADD more int;\n")
      try user.run(["gate", "--database", source.argument]).require(0)
      let export = try user.run(["export", "latest", "-o", "-"]).require(0).output
      let labels = export.split(separator: "\n").filter { $0.hasPrefix("SECURITY LABEL FOR ") }
      #expect(labels.count == 20, "an export has them, as a dump has")
    }
  }

  @Test(
    "A plan that replaces a schema says what stays away, and is done",
    arguments: TestServer.either(),
    ["transaction", "beside"]
  )
  func replacedSchema(server: TestServer, way: String) throws {
    try withDatabase(on: server) { target in
      try load(target, server)
      let user = try Drydock(on: server)
      // What lies outside would keep a copy beside from being built.
      try Connection.open(target).execute(
        "DROP EVENT TRIGGER lab_watch; DROP PUBLICATION lab_publication"
      )
      try user.backup(target)
      let labels = try labels(of: target, "lab")
      let words = [
        "restore", "latest", "--into", target.argument, "--replace", "--schema", "lab", "--way",
        way,
      ]
      let plan = try user.run(words).require(3)
      #expect(plan.output.contains("security label on SEQUENCE lab.job_id_seq"), "\(plan)")
      let left = try omissions(try confirm(words, user)).filter { $0.contains("security label") }
      #expect(left.count == 17 && labels == 17, "\(left)")
      #expect(try self.labels(of: target, "lab") == 0)
      let undo = ["restore", "--undo", "--into", target.argument]
      #expect(try confirm(undo, user).code == 0)
      #expect(try self.labels(of: target, "lab") == 17, "the old objects keep theirs")
    }
  }

  /// Labels on what lies in a schema, and on itself.
  private func labels(of database: ConnectionSettings, _ schema: String) throws -> Int? {
    try Connection.open(database).query(
      """
      SELECT count(*) FROM pg_seclabel l WHERE l.objoid IN (
        SELECT oid FROM pg_namespace WHERE nspname = $1
        UNION ALL SELECT oid FROM pg_class WHERE relnamespace = $1::regnamespace
        UNION ALL SELECT oid FROM pg_proc WHERE pronamespace = $1::regnamespace
        UNION ALL SELECT oid FROM pg_type WHERE typnamespace = $1::regnamespace)
      """,
      [.text(schema)]
    ).int
  }

  @Test(
    "A database that is replaced, and set back, keeps its own label on the copy that had it",
    arguments: TestServer.either()
  )
  func replacedDatabase(server: TestServer) throws {
    try withDatabase(on: server) { target in
      try load(target, server)
      let connection = try Connection.open(target)
      try connection.execute(
        """
        INSERT INTO pg_shseclabel (objoid, classoid, provider, label)
        SELECT oid, 'pg_database'::regclass, 'other', 'live' FROM pg_database
        WHERE datname = current_database()
        """
      )
      let user = try Drydock(on: server)
      try user.backup(target)
      let all = try expected(target, server)
      // What lacks something waits for a person's word.
      let words = ["restore", "latest", "--into", target.argument, "--replace"]
      let waiting = try confirm(words, user).require(3)
      let own = "security label on the database: security label provider \"other\" is not loaded"
      let missing = (all + [own]).sorted()
      #expect(try waiting.result(Result.self).omissions.sorted() == missing)
      let resumed = try user.run(["restore", "--resume", "--into", target.argument, "--json"])
      #expect(try omissions(resumed) == missing)
      try confirm(["restore", "--undo", "--into", target.argument], user).require(0)
      let label = try Connection.open(target).query(
        """
        SELECT label FROM pg_shseclabel l JOIN pg_database d ON d.oid = l.objoid
        WHERE d.datname = current_database() AND l.classoid = 'pg_database'::regclass
        """,
        []
      )
      #expect(label.value == "live")
    }
  }

  @Test("A part of a snapshot brings its labels or names them", arguments: TestServer.either())
  func parts(server: TestServer) throws {
    try withDatabase(on: server) { source in
      try load(source, server)
      let user = try Drydock(on: server)
      try user.backup(source)
      let all = try expected(source, server)
      try withDatabase(on: server) { copy in
        let into = ["restore", "latest", "--into", copy.argument, "--json"]
        try Connection.open(copy).execute(
          "CREATE SCHEMA lab; CREATE TYPE lab.state AS ENUM ('new', 'done'); CREATE DOMAIN lab.code text"
        )
        let table = try omissions(try user.run(into + ["--table", "lab.job"]))
          .filter { $0.contains("security label") }
        #expect(
          table == all.filter { $0.contains("TABLE lab.job:") || $0.contains("COLUMN lab.job.") }
        )
        let plain = ["--table", "lab.plain", "--rename", "plain_2"]
        try user.run(into + plain).require(0)
        let beside = try omissions(
          try user.run(into + ["--table", "lab.job", "--rename", "job_2"])
        )
        #expect(beside.contains("security labels of lab.job and its columns"), "\(beside)")
      }
      try withDatabase(on: server) { copy in
        let into = ["restore", "latest", "--into", copy.argument, "--json"]
        let definition = try omissions(try user.run(into + ["--schema-only"]))
        #expect(definition == all.filter { !$0.contains("LARGE OBJECT") })
        let rows = try omissions(try user.run(into + ["--data-only"]))
        #expect(rows == all.filter { $0.contains("LARGE OBJECT") })
      }
    }
  }

  @Test("A label on a role, and on a new database, is named too", arguments: TestServer.either())
  func roles(server: TestServer) throws {
    let (source, target) = (try OwnServer(on: server), try OwnServer(on: server))
    let connection = try Connection.open(source.settings())
    try connection.execute("CREATE ROLE \"Lab role\"")
    try connection.execute("CREATE DATABASE lab_shop OWNER \"Lab role\"")
    try connection.execute(
      """
      INSERT INTO pg_shseclabel (objoid, classoid, provider, label)
      SELECT oid, 'pg_database'::regclass, 'other', 'live' FROM pg_database WHERE datname = 'lab_shop'
      UNION ALL SELECT oid, 'pg_authid'::regclass, 'lab guard', 'role' FROM pg_authid
      WHERE rolname = 'Lab role'
      """
    )
    let user = try Drydock(on: server)
    try user.backup(source.settings("lab_shop"))
    let run = try user.run([
      "restore", "latest", "--into", target.settings().argument, "--as", "lab_copy",
      "--with-roles", "--json",
    ])
    let left = try omissions(run)
    let words = "security label provider \"lab guard\" is not loaded"
    #expect(left.contains("security label on role Lab role: \(words)"), "\(left)")
    #expect(left.contains { $0.contains("SECURITY LABEL FOR other ON DATABASE") }, "\(left)")
  }

  @Test("A role that is not superuser sees the same list", arguments: TestServer.either())
  func ordinary(server: TestServer) throws {
    try withDatabase(on: server) { source in
      try Connection.open(source).execute(
        """
        CREATE TABLE job (id int);
        INSERT INTO pg_seclabel SELECT 'job'::regclass, 'pg_class'::regclass, 0, 'other', 'x'
        """
      )
      let user = try Drydock(on: server)
      try user.backup(source)
      try withDatabase(on: server) { copy in
        let name = "lab_\(UInt32.random(in: .min ... .max))"
        let administrator = try Connection.open(copy)
        try administrator.execute("CREATE ROLE \(name) LOGIN")
        let database = SQL.identifier(copy.keywords["dbname"] ?? "")
        try administrator.execute("ALTER DATABASE \(database) OWNER TO \(name)")
        let settings = copy.with("user", name)
        let words = ["restore", "latest", "--into", settings.argument, "--no-owner", "--json"]
        let left = try omissions(try user.run(words))
        #expect(left.contains { $0.hasPrefix("security label on TABLE public.job: ") }, "\(left)")
        try administrator.execute("REASSIGN OWNED BY \(name) TO postgres; DROP OWNED BY \(name)")
        try administrator.execute("ALTER DATABASE \(database) OWNER TO postgres")
        try administrator.execute("DROP ROLE \(name)")
      }
    }
  }

  @Test("An imported dump with labels is proven and asked", arguments: ["plain", "custom"])
  func imported(form: String) throws {
    try withDatabase(on: .v15) { source in
      try load(source, .v15)
      let user = try Drydock(on: .v15)
      let path = "\(user.directory)/shop.dump"
      let words = ["--format=\(form)", "--file=\(path)", "--dbname=\(source.argument)"]
      try DumpPrograms.run("pg_dump", words, on: .v15)
      try user.run(["import", path]).require(0)
      try user.run(["verify", "latest", "--level", "3"]).require(0)
      let answer = try user.run(["query", "latest", "SELECT count(*) FROM lab.open", "--csv"])
      #expect(try answer.require(0).output == "count\n50\n")
      try withDatabase(on: .v15) { target in
        // A dump is loaded as a whole or not at all.
        let run = try user.run(["restore", "latest", "--into", target.argument])
        #expect(run.code != 0 && run.errors.contains("or go on without labels"), "\(run)")
      }
      // An error of another kind is found among those of labels.
      guard form == "plain" else { return }
      let text = try String(contentsOfFile: path, encoding: .utf8)
      let broken = text.replacing("\n17\tnote 17", with: "\nno number\tnote 17")
      #expect(broken != text)
      try AtomicFile.write(Array(broken.utf8), to: path, collision: .replace, durability: .fast)
      try user.run(["import", path]).require(0)
      let verified = try user.run(["verify", "latest", "--level", "3"])
      #expect(verified.code == 4 && verified.output.contains("no number"), "\(verified)")
    }
  }
}
