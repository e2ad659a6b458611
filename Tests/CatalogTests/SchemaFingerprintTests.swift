import Foundation
import Postgres
import TestSupport
import Testing

@testable import Catalog

@Suite("The fingerprint of a schema")
struct SchemaFingerprintTests {
  @Test(
    "Every class of object shows when it changes, and nothing else does",
    arguments: TestServer.allCases
  )
  func visible(server: TestServer) throws {
    let fixture = FingerprintFixture.self
    let cases = fixture.structural + fixture.structural(on: server) + fixture.surrounding
    try check(cases, on: server)
  }

  @Test("What is no part of the schema does not show", arguments: TestServer.allCases)
  func invisible(server: TestServer) throws {
    try check(FingerprintFixture.invisible, on: server)
  }

  @Test(
    "It is the same from any session, inside a transaction or not",
    arguments: TestServer.allCases
  )
  func stable(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let connection = try Connection.open(settings)
      try connection.execute(FingerprintFixture.sql)
      let first = try SchemaFingerprint.read(connection)
      try connection.execute(
        "SET search_path = app, public; SET quote_all_identifiers = on; SET DateStyle = 'German'"
      )
      #expect(try SchemaFingerprint.read(connection) == first)
      #expect(try connection.execute("SHOW search_path").value == "app, public")
      try connection.transaction { () throws -> Void in
        #expect(try SchemaFingerprint.read(connection) == first)
        #expect(try connection.execute("SHOW quote_all_identifiers").value == "on")
      }
      #expect(try connection.execute("SHOW DateStyle").value?.hasPrefix("German") == true)
    }
  }

  @Test(
    "Whoever asks, the answer is the same: no superuser is needed",
    arguments: TestServer.allCases
  )
  func anyRole(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let connection = try Connection.open(settings)
      try connection.execute(FingerprintFixture.sql)
      let first = try SchemaFingerprint.read(connection)
      let role = "dd_plain_\(server.rawValue)"
      try connection.execute("CREATE ROLE \(role); SET ROLE \(role); SET work_mem = '77MB'")
      #expect(try SchemaFingerprint.read(connection).difference(from: first).lines == [])
      try connection.execute("RESET ROLE; DROP ROLE \(role)")
    }
  }

  @Test("It comes back from JSON as it was, and equal ones have equal bytes")
  func codable() throws {
    try withDatabase(on: .v15) { settings in
      let connection = try Connection.open(settings)
      try connection.execute(FingerprintFixture.sql)
      let fingerprint = try SchemaFingerprint.read(connection)
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      let bytes = try encoder.encode(fingerprint)
      let again = try JSONDecoder().decode(SchemaFingerprint.self, from: bytes)
      #expect(again == fingerprint)
      #expect(try encoder.encode(again) == bytes)
      #expect(try again.digest() == fingerprint.digest())
      #expect(try fingerprint.digest().count == 32)
      #expect(try fingerprint.digest(of: [.structure]) != fingerprint.digest())
    }
  }

  @Test("No option that can hold a secret is in its text")
  func secrets() throws {
    try withDatabase(on: .v15) { settings in
      let connection = try Connection.open(settings)
      try connection.execute(FingerprintFixture.sql)
      let name = try #require(try connection.execute("SELECT current_database()").value)
      try connection.execute("ALTER DATABASE \(name) SET app.jwt_secret = 'secret.token'")
      let fingerprint = try SchemaFingerprint.read(connection)
      let hiding = fingerprint.texts.filter { $0.value.contains("secret.") }
      #expect(hiding.isEmpty)
      #expect(fingerprint.objects.contains { $0.name == "of every role in this database" })
    }
  }

  @Test("It knows the server that it stands on", arguments: TestServer.allCases)
  func environment(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let connection = try Connection.open(settings)
      let before = try SchemaFingerprint.read(connection)
      func text(_ kind: String, _ name: String) -> String? {
        before[SchemaObject(.environment, kind, name)]
      }
      #expect(text("server", "PostgreSQL") == "major \(server.rawValue)")
      #expect(text("setting", "max_locks_per_transaction") == "256")
      #expect(text("setting", "max_connections") == nil)
      #expect(text("setting", "data_directory") == nil)
      #expect(text("database", "locale")?.hasPrefix("encoding UTF8\ncollate C\n") == true)
      #expect(text("extension", "plpgsql")?.hasPrefix("version 1.0 in schema") == true)
      let name = try #require(try connection.execute("SELECT current_database()").value)
      try connection.execute("ALTER DATABASE \(name) SET work_mem = '8MB'")
      let difference = try SchemaFingerprint.read(connection).difference(from: before)
      #expect(
        difference.lines == ["+ settings of every role in this database: work_mem=8MB"]
      )
    }
  }

  @Test("Two thousand tables take less than a second", arguments: TestServer.allCases)
  func speed(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let connection = try Connection.open(settings)
      for schema in 0..<20 {
        try connection.execute(
          """
          CREATE SCHEMA s\(schema);
          DO $$ BEGIN FOR i IN 1..100 LOOP
            EXECUTE format('CREATE TABLE s\(schema).t%s (id bigint PRIMARY KEY, a text DEFAULT %L,
              b integer NOT NULL, c timestamptz, d numeric(10,2), e text, f text, g text)', i, 'x');
          END LOOP; END $$
          """
        )
      }
      try connection.execute("ANALYZE")
      var fingerprint = SchemaFingerprint()
      let duration = try ContinuousClock().measure {
        fingerprint = try SchemaFingerprint.read(connection)
      }
      #expect(fingerprint.objects.count { $0.kind == "column" } == 16_000)
      // How long it took is for a person to read; a limit in a test would measure the machine.
      print("fingerprint of 2,000 tables on \(server): \(duration)")
    }
  }

  private func check(_ cases: [FingerprintFixture.Case], on server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let connection = try Connection.open(settings)
      try connection.execute(FingerprintFixture.sql)
      let before = try SchemaFingerprint.read(connection)
      for change in cases {
        try connection.execute("BEGIN")
        try connection.execute(change.sql)
        let difference = try SchemaFingerprint.read(connection).difference(from: before)
        try connection.execute("ROLLBACK")
        #expect(marks(difference) == change.expected, "\(change)")
      }
    }
  }

  private func marks(_ difference: SchemaDifference) -> Set<String> {
    Set(
      difference.added.map { "+ \($0.object)" } + difference.removed.map { "- \($0.object)" }
        + difference.changed.map { "~ \($0.object)" }
    )
  }
}
