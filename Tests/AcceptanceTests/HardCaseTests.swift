import Cluster
import Postgres
import TestSupport
import Testing

@Suite("Hard cases")
struct HardCaseTests {
  @Test("Everything that dumps get wrong comes back", arguments: TestServer.either())
  func everything(server: TestServer) throws {
    try withDatabase(on: server) { source in
      try fill(source, on: server)
      let user = try Drydock(on: server)
      try user.backup(source, ["--jobs", "3"])
      try expectRoundTrip(of: source, on: server, with: user)
      let again = try user.backup(source)
      // Only the definition is new: pg_dump writes the time into its archive.
      #expect(again.newChunks <= 1, "\(again)")
      try Connection.open(source).execute("UPDATE texts SET t = 'another' WHERE id = 7")
      let third = try user.backup(source)
      #expect((1...6).contains(third.newChunks), "\(third)")
    }
  }

  private func fill(_ database: ConnectionSettings, on server: TestServer) throws {
    let connection = try Connection.open(database)
    for role in HardCases.roles { try connection.makeRole(role) }
    for type in HardCases.types { try connection.execute(type) }
    try connection.execute(HardCases.script)
    if server == .v15 { try connection.execute(HardCases.xml) }
  }

  @Test(
    "A value of 100 MB comes back, and so does the configuration of an extension",
    arguments: TestServer.either()
  )
  func largeValue(server: TestServer) throws {
    try withDatabase(on: server) { source in
      let connection = try Connection.open(source)
      try connection.execute(
        """
        CREATE TABLE huge (id int, t text);
        INSERT INTO huge VALUES (1, 'before'), (2, repeat('0123456789', 10000000)), (3, 'after');
        """
      )
      let user = try Drydock(on: server)
      try user.backup(source)
      try withDatabase(on: server) { target in
        let run = try user.restore(into: target)
        #expect(run.output.contains("every digest equal"), "\(run)")
        let sum = "SELECT string_agg(md5(t), ' ' ORDER BY id) FROM huge"
        #expect(
          try Connection.open(target).query(sum, []).value == connection.query(sum, []).value
        )
      }
    }
  }

  /// Bytes of a single-byte encoding in names and rows.
  @Test(
    "Databases in other encodings come back, names and rows",
    arguments: TestServer.either(),
    ["LATIN1", "SQL_ASCII"]
  )
  func encodings(server: TestServer, encoding: String) throws {
    try withEncodedDatabase(encoding, on: server) { source in
      let connection = try Connection.open(source.with("client_encoding", encoding))
      try connection.execute(
        #"""
        DO $$ DECLARE name text := CASE WHEN getdatabaseencoding() = 'LATIN1'
          THEN E'caf\xe9' ELSE 'cafe' END; BEGIN
          EXECUTE format('CREATE TABLE %I (%I int, t text)', name, name || 's');
          EXECUTE format('INSERT INTO %I SELECT i, %L || i || chr(9) FROM generate_series(1, 300) i',
            name, E'na\xefve ');
        END $$
        """#
      )
      let user = try Drydock(on: server)
      try user.backup(source)
      try withEncodedDatabase(encoding, on: server) { restored in
        try withEncodedDatabase(encoding, on: server) { reference in
          try user.restore(into: restored)
          let copies = Copies(on: server, in: user.directory)
          try copies.copyWithPsql(source, to: reference)
          try copies.expectEqual(restored, reference)
        }
      }
    }
  }

  @Test("Names in no known encoding are refused with the reason", arguments: TestServer.either())
  func namesInNoEncoding(server: TestServer) throws {
    try withEncodedDatabase("SQL_ASCII", on: server) { source in
      try Connection.open(source.with("client_encoding", "SQL_ASCII")).execute(
        #"DO $$ BEGIN EXECUTE format('CREATE TABLE %I (a int)', E'caf\xe9s'); END $$"#
      )
      let run = try Drydock(on: server).run(["backup", source.argument])
      #expect(run.code == 1, "\(run)")
      #expect(run.errors.contains("SQL_ASCII"), "\(run)")
      #expect(run.missingOfError == [], "\(run)")
    }
  }

  private func withEncodedDatabase(
    _ encoding: String,
    on server: TestServer,
    _ body: (ConnectionSettings) throws -> Void
  ) throws {
    let name = "e_" + String(UInt64.random(in: .min ... .max), radix: 36)
    let maintenance = try Connection.open(server.shared().settings())
    try maintenance.execute(
      "CREATE DATABASE \(name) TEMPLATE template0 ENCODING '\(encoding)' LOCALE 'C'"
    )
    try body(try server.shared().settings(database: name))
    try maintenance.execute("DROP DATABASE \(name) WITH (FORCE)")
  }
}
