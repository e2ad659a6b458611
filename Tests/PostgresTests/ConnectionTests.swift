import Postgres
import TestSupport
import Testing

@Suite("A connection speaks to the server")
struct ConnectionTests {
  @Test("Values travel as parameters and come back as text", arguments: TestServer.allCases)
  func parameters(server: TestServer) throws {
    try withDatabase(on: server) { database in
      let connection = try Connection.open(database)
      let row = try connection.query(
        "SELECT $1::text AS a, $2::int + 1 AS b, $3::text AS c, $4::bytea AS d",
        ["it's; DROP", 41, .null, .bytes([0, 255])]
      )[0]
      #expect(row.string("a") == "it's; DROP")
      #expect(row.int("b") == 42)
      #expect(row["c"] == nil)
      #expect(row.string("d") == "\\x00ff")
    }
  }

  @Test("A zero byte cuts neither a statement nor a value: both are refused")
  func zeroBytes() throws {
    try withDatabase(on: .v15) { database in
      let connection = try Connection.open(database)
      let statement = #expect(throws: PostgresError.self) {
        try connection.execute("CREATE TABLE t (); \0 DROP TABLE t")
      }
      #expect(statement?.sqlState == "22021")
      let value = #expect(throws: PostgresError.self) {
        try connection.query("SELECT $1::text", [.text("a\0b")])
      }
      #expect(value?.sqlState == "22021")
      #expect(try connection.execute("SELECT to_regclass('t') IS NULL").bool)
    }
  }

  @Test("Bytes come back as bytes")
  func bytes() throws {
    try withDatabase(on: .v15) { database in
      let connection = try Connection.open(database)
      let found = try connection.bytes("SELECT $1::bytea", [.bytes([0, 1, 10, 255])])
      #expect(found == [0, 1, 10, 255])
      #expect(try connection.bytes("SELECT NULL::bytea", []) == nil)
    }
  }

  @Test("An error has its SQLSTATE, its place and its table, and keeps row data apart")
  func errors() throws {
    try withDatabase(on: .v15) { database in
      let connection = try Connection.open(database)
      try connection.execute("CREATE TABLE t (a int PRIMARY KEY); INSERT INTO t VALUES (7)")
      let twice = #expect(throws: PostgresError.self) {
        try connection.execute("INSERT INTO t VALUES (7)")
      }
      #expect(twice?.sqlState == "23505")
      #expect(twice?.table == "public.t")
      #expect(twice?.constraint == "t_pkey")
      #expect(twice?.privateDetail?.contains("(a)=(7)") == true)
      #expect(twice?.reason.contains("(7)") == false)
      let wrong = #expect(throws: PostgresError.self) { try connection.execute("SELECT  nope") }
      #expect(wrong?.position == 9)
    }
  }

  @Test("A COPY to the client or from it is refused where its rows would be lost")
  func unexpectedCopy() throws {
    try withDatabase(on: .v15) { database in
      let connection = try Connection.open(database)
      try connection.execute("CREATE TABLE t (a int); INSERT INTO t VALUES (1)")
      for statement in ["COPY t TO STDOUT", "COPY t FROM STDIN"] {
        let error = #expect(throws: PostgresError.self) { try connection.query(statement, []) }
        #expect(error?.sqlState == "0A000")
        #expect(try connection.execute("SELECT count(*) FROM t").int == 1)
      }
    }
  }

  @Test("Errors that are expected are no errors, others are")
  func expected() throws {
    try withDatabase(on: .v15) { database in
      let connection = try Connection.open(database)
      #expect(try !connection.execute("DROP TABLE nope", expecting: ["42P01"]))
      #expect(throws: PostgresError.self) {
        try connection.execute("DROP TABLE nope", expecting: ["42703"])
      }
    }
  }

  @Test("A transaction commits when its body returns and rolls back when it throws")
  func transaction() throws {
    struct Stop: Error {}
    try withDatabase(on: .v15) { database in
      let connection = try Connection.open(database)
      _ = try connection.transaction { try connection.execute("CREATE TABLE kept ()") }
      #expect(throws: Stop.self) {
        try connection.transaction {
          try connection.execute("CREATE TABLE gone ()")
          throw Stop()
        }
      }
      let found = try connection.execute(
        "SELECT to_regclass('kept') IS NOT NULL AS kept, to_regclass('gone') IS NOT NULL AS gone"
      )[0]
      #expect(found.bool("kept"))
      #expect(!found.bool("gone"))
      #expect(!connection.isInTransaction)
    }
  }

  @Test("A transaction whose failed statement was passed over does not look committed")
  func failedTransaction() throws {
    try withDatabase(on: .v15) { database in
      let connection = try Connection.open(database)
      let error = #expect(throws: PostgresError.self) {
        try connection.transaction {
          try connection.execute("CREATE TABLE gone ()")
          _ = try? connection.execute("SELECT nope")
        }
      }
      #expect(error?.sqlState == "25P02")
      #expect(try connection.execute("SELECT to_regclass('gone') IS NULL").bool)
      #expect(!connection.isInTransaction)
    }
  }

  @Test("Notices are kept, at most a thousand")
  func notices() throws {
    try withDatabase(on: .v15) { database in
      let connection = try Connection.open(database)
      try connection.execute(
        "DO $$ BEGIN FOR i IN 1..1200 LOOP RAISE NOTICE 'n %', i; END LOOP; END $$"
      )
      let notices = connection.takeNotices()
      #expect(notices.count == 1000)
      #expect(notices.first?.message == "n 1")
      #expect(connection.takeNotices().isEmpty)
    }
  }

  @Test(
    "The settings for rows read and write the same text everywhere",
    arguments: TestServer.allCases
  )
  func transferSettings(server: TestServer) throws {
    try withDatabase(on: server) { database in
      let connection = try Connection.open(database)
      try connection.execute("SET DateStyle = 'German'; SET TimeZone = 'Asia/Tokyo'")
      try connection.transaction {
        try connection.setTransferSettings(forReading: true)
        try connection.verifyTransferSettings()
        let value = try connection.execute("SELECT '2026-01-31 12:00+09'::timestamptz").value
        #expect(value == "2026-01-31 03:00:00+00")
      }
    }
  }
}
