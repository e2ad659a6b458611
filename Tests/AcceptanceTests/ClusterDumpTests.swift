import Files
import Foundation
import Postgres
import Processes
import TestSupport
import Testing

/// Whole clusters need servers of their own, since roles belong to all databases of one.
@Suite("A whole cluster goes out as one script, and comes in as one", .serialized)
struct ClusterDumpTests {
  private static let definition = """
    CREATE ROLE alice LOGIN PASSWORD 'secret of alice'; CREATE ROLE "Bob the builder";
    GRANT "Bob the builder" TO alice; ALTER ROLE alice SET work_mem = '9MB';
    """

  private static let shop = """
    CREATE SCHEMA a AUTHORIZATION alice;
    CREATE TABLE a.t (i int PRIMARY KEY, x text);
    INSERT INTO a.t SELECT i, md5(i::text) FROM generate_series(1, 500) i;
    SELECT lo_from_bytea(70005, 'content');
    ALTER DATABASE shop SET work_mem = '7MB';
    ALTER ROLE alice IN DATABASE shop SET search_path = a, public;
    COMMENT ON DATABASE shop IS 'the shop'; ALTER DATABASE shop CONNECTION LIMIT 7;
    REVOKE ALL ON DATABASE shop FROM PUBLIC; GRANT CONNECT ON DATABASE shop TO "Bob the builder";
    """

  /// What `pg_dumpall` says of a server, without what differs between two runs of it.
  private func dumpall(_ server: OwnServer) throws -> String {
    try DumpPrograms.run(
      "pg_dumpall",
      ["--dbname=\(server.settings().argument)"],
      on: .v15
    ).text.split(separator: "\n").filter { !$0.contains("restrict ") }.joined(separator: "\n")
  }

  private func filled() throws -> OwnServer {
    let server = try OwnServer(on: .v15)
    let connection = try Connection.open(server.settings())
    try connection.execute(Self.definition)
    try connection.execute("CREATE DATABASE shop OWNER alice")
    try connection.execute("CREATE DATABASE \"my archive\"")
    try Connection.open(server.settings("shop")).execute(Self.shop)
    try Connection.open(server.settings("my archive")).execute("CREATE TABLE old AS SELECT 1 AS i")
    try connection.execute("CREATE TABLE in_postgres AS SELECT 2 AS i")
    return server
  }

  @Test("What psql loads of an export into an empty server has the same pg_dumpall")
  func exported() throws {
    let source = try filled()
    let user = try Drydock(on: .v15)
    for name in ["shop", "my archive", "postgres"] {
      try user.backup(source.settings(name))
      // What a backup leaves there is no part of a snapshot.
      try Connection.open(source.settings(name)).execute("DROP SCHEMA drydock_witness CASCADE")
    }
    let path = "\(user.directory)/database-all.sql"
    let run = try user.run(["export", "--cluster", "@2099-01-01T00:00Z", "-o", path]).require(0)
    #expect(run.errors.contains("my archive as of"), "\(run)")
    let target = try OwnServer(on: .v15)
    try DumpPrograms.run(
      "psql",
      ["-Xq", "--set=ON_ERROR_STOP=1", "--file=\(path)", "--dbname=\(target.settings().argument)"],
      on: .v15
    )
    #expect(try dumpall(target) == dumpall(source))
    let plain = try user.run(["export", "--cluster", "--no-role-passwords"]).require(0).output
    #expect(plain.contains("CREATE ROLE alice") && !plain.contains("SCRAM"))

    // A database of which there is a part alone is not missed in silence.
    try Connection.open(source.settings()).execute("CREATE DATABASE half")
    try Connection.open(source.settings("half")).execute("CREATE TABLE t (i int)")
    try user.backup(source.settings("half"), ["--table", "public.t"])
    let without = try user.run(["export", "--cluster", "-o", "\(path).2"]).require(7)
    #expect(without.errors.contains("database half is not in the script"), "\(without)")

    // It is a dump of a cluster to everybody, also to import.
    let imported = try user.run(["import", path]).require(0).output
    #expect(imported.contains("SQL of a cluster"), "\(imported)")
    let none = try user.run(["export", "--cluster", "@2020-01-01T00:00Z"])
    #expect(none.code == 2, "\(none)")
  }

  @Test("A dump of pg_dumpall comes back byte for byte, is proven, and fills an empty server only")
  func imported() throws {
    let source = try filled()
    let user = try Drydock(on: .v15)
    // A real database is among them where the real inputs are; RealDatabase says so where not.
    try Connection.open(source.settings()).execute("CREATE DATABASE cosims")
    _ = try RealDatabase.cosims.load(into: source.settings("cosims"), on: .v15)
    let path = "\(user.directory)/database-all.sql"
    try DumpPrograms.run(
      "pg_dumpall",
      ["--file=\(path)", "--dbname=\(source.settings().argument)"],
      on: .v15
    )
    try user.run(["import", path, "--tag", "from=dumpall"]).require(0)
    try user.run(["export", "from=dumpall", "-o", "\(user.directory)/back.sql"]).require(0)
    let back = try ReadableFile.contents(of: "\(user.directory)/back.sql")
    #expect(back == (try ReadableFile.contents(of: path)))
    let shown = try user.run(["show", "from=dumpall"]).require(0).output
    #expect(shown.contains("template1, cosims, my archive, postgres, shop"), "\(shown)")

    try user.run(["verify", "from=dumpall", "--level", "3"]).require(0)
    let target = try OwnServer(on: .v15)
    try user.restore("from=dumpall", into: target.settings("postgres"))
    #expect(try dumpall(target) == dumpall(source))
    let again = try user.run([
      "restore", "from=dumpall", "--into", target.settings("template1").argument,
    ])
    #expect(again.code == 3 && again.errors.contains("and the server has some"), "\(again)")
    #expect(try user.leftovers() == [])
  }

  @Test(
    "A dump of a cluster goes into no database that holds something, also not by its own \\connect"
  )
  func liveMaintenance() throws {
    let source = try filled()
    let user = try Drydock(on: .v15)
    let path = "\(user.directory)/database-all.sql"
    try DumpPrograms.run(
      "pg_dumpall",
      ["--file=\(path)", "--dbname=\(source.settings().argument)"],
      on: .v15
    )
    try user.run(["import", path]).require(0)
    let target = try OwnServer(on: .v15)
    let maintenance = try Connection.open(target.settings())
    try maintenance.execute("CREATE TABLE jobs (i int)")
    try maintenance.execute("CREATE DATABASE scratch TEMPLATE template0")
    let run = try user.run(["restore", "latest", "--into", target.settings("scratch").argument])
    #expect(run.code == 3 && run.errors.contains("database postgres already holds"), "\(run)")
    #expect(run.missingOfError == [])
    #expect(try maintenance.execute("SELECT to_regclass('in_postgres')").value == nil)
    try maintenance.execute("DROP TABLE jobs")
    try user.restore(into: target.settings("scratch"))
    #expect(try maintenance.execute("SELECT i FROM in_postgres").int == 2)
  }
}
