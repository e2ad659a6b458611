import Postgres
import Snapshot
import TestSupport
import Testing

@testable import Restoration

@Suite("A new copy of a database is created like the live one")
struct DatabaseShapeTests {
  /// What a database can be created with, beside the defaults; version 18 is built here without ICU.
  private static func clauses(_ server: TestServer) -> [String] {
    let other =
      server == .v18
      ? "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
      : "LOCALE_PROVIDER icu ICU_LOCALE 'de-DE'"
    return [
      "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'", "TABLESPACE shapes",
      other + " LC_COLLATE 'C' LC_CTYPE 'C'",
    ]
  }

  /// Everything that `CREATE DATABASE` fixes, whatever the version calls it.
  private static let shape = """
    SELECT pg_catalog.concat_ws(' ', j.v ->> 'encoding', j.v ->> 'datlocprovider',
      j.v ->> 'datcollate', j.v ->> 'datctype', j.v ->> 'daticulocale', j.v ->> 'datlocale',
      j.v ->> 'daticurules', j.v ->> 'dattablespace')
    FROM pg_database d, to_jsonb(d) j(v) WHERE d.datname = current_database()
    """

  @Test("encoding, locale, provider, rules and tablespace", arguments: TestServer.either())
  func shape(server: TestServer) async throws {
    try await withOwnServer(server, ["allow_in_place_tablespaces": "on"]) { own in
      try own.sql("CREATE TABLESPACE shapes LOCATION ''")
      for (number, clause) in Self.clauses(server).enumerated() {
        let name = "shape\(number)"
        try own.sql("CREATE DATABASE \(name) TEMPLATE template0 \(clause)")
        let stage = Stage(own, database: name)
        try stage.sql("CREATE TABLE t AS SELECT 'caf\u{e9}' AS x")
        let before = try stage.sql(Self.shape).value
        try await stage.replaceDatabase(try await stage.snapshot())
        #expect(try stage.sql(Self.shape).value == before, "\(clause)")
        #expect(try stage.sql("SELECT x FROM t").value == "caf\u{e9}")
      }
    }
  }

  @Test(
    "names with quotes, capitals and 63 bytes are shortened, and come back",
    arguments: TestServer.either()
  )
  func oddNames(server: TestServer) async throws {
    try await withOwnServer(server, [:]) { own in
      let name = "Or\"d\u{e9}rs of 'it' " + String(repeating: "\u{e9}", count: 22) + "xx"
      #expect(name.utf8.count == 63)
      try own.sql("CREATE DATABASE \(SQL.identifier(name)) TEMPLATE template0")
      let stage = Stage(own, database: name)
      try stage.sql(shop)
      let content = try await stage.snapshot()
      try stage.sql("INSERT INTO shop.jobs (customer) VALUES (1)")
      let result = try await stage.replaceDatabase(content)
      let aside = try #require(result.setAside)
      #expect(aside.utf8.count <= 63 && aside.hasSuffix("__dd_\(result.operation)_old"))
      #expect(try stage.count("shop.jobs") == 500)
      #expect(try stage.rows(aside) == 501)
      try await stage.undoDatabase()
      #expect(try stage.count("shop.jobs") == 501)
      try await stage.acceptDatabase()
      #expect(try await DatabaseOperation.list(in: stage.settings) == [])
    }
  }

  @Test(
    "A database of the C library's locale is one where template0 has another provider",
    arguments: TestServer.either()
  )
  func otherTemplate(server: TestServer) async throws {
    try await withOwnServer(server, [:]) { own in
      try own.sql("CREATE DATABASE shop TEMPLATE template0")
      let content = try await Stage(own, database: "shop").snapshot()
      let (letter, column, locale) =
        server == .v18 ? ("b", "datlocale", "C.UTF-8") : ("i", "daticulocale", "de-DE")
      try own.sql(
        """
        UPDATE pg_database SET datlocprovider = '\(letter)', \(column) = '\(locale)'
        WHERE datname = 'template0'
        """
      )
      let new = NewDatabase("copy", on: own.settings, like: content, options: RestoreOptions())
      #expect(try new.create() == [])
      #expect(
        try own.sql("SELECT datlocprovider FROM pg_database WHERE datname = 'copy'").value == "c"
      )
    }
  }
}
