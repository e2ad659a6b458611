import Files
import Postgres
import Processes
import TestSupport
import Testing

@Suite("A query on an imported dump")
struct DumpQueryTests {
  /// What `query --json` ends with.
  private struct Answer: Decodable {
    let restored: [String]
    let columns: [String]
    let rows: [[String?]]
  }

  private static let definition = """
    CREATE SCHEMA a;
    CREATE TABLE a.t (i int PRIMARY KEY, x text);
    INSERT INTO a.t SELECT i, md5(i::text) FROM generate_series(1, 1000) i;
    CREATE TABLE a.secret (word text);
    INSERT INTO a.secret VALUES ('alpha'), ('beta');
    ALTER TABLE a.secret ENABLE ROW LEVEL SECURITY;
    CREATE POLICY nobody ON a.secret USING (false);
    CREATE VIEW a.words AS SELECT word FROM a.secret;
    CREATE FUNCTION a.twice(int) RETURNS int LANGUAGE sql AS 'SELECT 2 * $1';
    REVOKE ALL ON FUNCTION a.twice(int) FROM PUBLIC;
    """

  private static let query = """
    SELECT count(*) AS n, sum(a.twice(i)) AS s, (SELECT string_agg(word, ' ') FROM a.words) AS w
    FROM a.t -- and a remark
    """

  @Test(
    "Answers from a dump in each form, as a role that may read and do nothing else",
    arguments: [("plain", TestServer.v15), ("custom", .v15), ("directory", .v15), ("plain", .v18)]
  )
  func answers(form: String, server: TestServer) throws {
    try withDatabase(on: server) { source in
      try Connection.open(source).execute(Self.definition)
      let user = try Drydock(on: server)
      let path = "\(user.directory)/shop.dump"
      try DumpPrograms.run(
        "pg_dump",
        ["--format=\(form)", "--file=\(path)", "--dbname=\(source.argument)"],
        on: server
      )
      try user.run(["import", path]).require(0)
      let answer = try user.run(["query", "latest", Self.query + ";", "--json"]).require(0)
      let result = try answer.result(Answer.self)
      #expect(result.columns == ["n", "s", "w"] && result.restored == [])
      #expect(result.rows == [["1000", "1001000", "alpha beta"]])
      let csv = try user.run(["query", "latest", "SELECT i FROM a.t WHERE i < 3", "--csv"])
      #expect(try csv.require(0).output == "i\n1\n2\n")
      #expect(csv.errors.contains("loaded the whole dump"), "\(csv)")
      if form == "plain" { try expectRefusals(user) }
      #expect(try user.leftovers() == [])
    }
  }

  /// Changes, the server's files, the roles of the dump's author, and words that do not fit.
  private func expectRefusals(_ user: Drydock) throws {
    for (query, reason) in [
      ("DELETE FROM a.t", "cannot run on the snapshot"),
      ("SELECT pg_read_file('/etc/passwd')", "permission denied"),
      ("SELECT set_config('role', 'postgres', false)", "permission denied to set role"),
    ] {
      let run = try user.run(["query", "latest", query])
      #expect(run.code == 1 && run.errors.contains(reason), "\(run)")
    }
    let table = try user.run(["query", "latest", "--shell", "--table", "a.t"])
    #expect(table.code == 2 && table.errors.contains("imported dump"), "\(table)")
    let database = try user.run(["query", "latest", "SELECT 1", "--database", "elsewhere"])
    #expect(database.code == 2 && database.missingOfError.isEmpty, "\(database)")
  }

  @Test("Of a cluster with several databases one has to be named")
  func cluster() throws {
    let source = try OwnServer(on: .v15)
    let connection = try Connection.open(source.settings())
    try connection.execute("CREATE ROLE alice LOGIN")
    for (name, value) in [("shop", 1), ("my archive", 2)] {
      try connection.execute("CREATE DATABASE \(SQL.identifier(name)) OWNER alice")
      try Connection.open(source.settings(name)).execute("CREATE TABLE t AS SELECT \(value) AS i")
    }
    try connection.execute(
      "REVOKE ALL ON DATABASE shop FROM PUBLIC; ALTER DATABASE shop CONNECTION LIMIT 0"
    )
    let user = try Drydock(on: .v15)
    let path = "\(user.directory)/all.sql"
    let all = ["--file=\(path)", "--dbname=\(source.settings().argument)"]
    try DumpPrograms.run("pg_dumpall", all, on: .v15)
    try user.run(["import", path]).require(0)
    let unsure = try user.run(["query", "latest", "SELECT i FROM t"]).require(2)
    #expect(unsure.errors.contains("my archive") && unsure.errors.contains("shop"), "\(unsure)")
    for (name, value) in [("shop", "1"), ("my archive", "2")] {
      let run = try user.run(["query", "latest", "SELECT i FROM t", "--database", name, "--csv"])
      #expect(try run.require(0).output == "i\n\(value)\n")
      #expect(run.errors.contains("database \(name)"), "\(run)")
    }
    let script = "\(user.directory)/script.sql"
    let lines = "SELECT 'there is ' || i FROM t;\n"
    try AtomicFile.write(Array(lines.utf8), to: script, durability: .fast)
    let shell = ["query", "latest", "--shell", "--database", "my archive"]
    #expect(try user.pipe(script, shell).require(0).output.contains("there is 2"))
    #expect(try user.leftovers() == [])
  }

  @Test("A snapshot is of one database, which nobody has to name")
  func snapshot() throws {
    try withDatabase(on: .v15) { source in
      let user = try Drydock(on: .v15)
      try user.backup(source)
      let run = try user.run(["query", "latest", "SELECT 1", "--database", "shop"])
      #expect(run.code == 2 && run.errors.contains("one database"), "\(run)")
    }
  }
}
