import Postgres
import TestSupport
import Testing

@Suite("Rows stream through COPY")
struct CopyTests {
  @Test("What goes in comes out, row by row", arguments: TestServer.allCases)
  func roundTrip(server: TestServer) throws {
    try withDatabase(on: server) { database in
      let connection = try Connection.open(database)
      try connection.execute("CREATE TABLE t (a int, b text)")
      let stored = try connection.copyIn("COPY t FROM STDIN") { writer in
        // A piece may end anywhere.
        try writer.write(Array("1\tone\n2\t".utf8))
        try writer.write(Array("\\N\n".utf8))
      }
      #expect(stored == 2)
      var rows: [String] = []
      let sent = try connection.copyOut("COPY t TO STDOUT") { row in
        rows.append(String(decoding: (0..<row.count).map { row[$0] }, as: UTF8.self))
      }
      #expect(sent == 2)
      #expect(rows == ["1\tone\n", "2\t\\N\n"])
    }
  }

  @Test("A reader that stops leaves the connection usable")
  func readerStops() throws {
    struct Stop: Error {}
    try withDatabase(on: .v15) { database in
      let connection = try Connection.open(database)
      var rows = 0
      #expect(throws: Stop.self) {
        try connection.copyOut("COPY (SELECT generate_series(1, 10000000)) TO STDOUT") { _ in
          rows += 1
          if rows == 10 { throw Stop() }
        }
      }
      #expect(try connection.execute("SELECT 1").int == 1)
    }
  }

  @Test("A writer that stops stores nothing and leaves the connection usable")
  func writerStops() throws {
    struct Stop: Error {}
    try withDatabase(on: .v15) { database in
      let connection = try Connection.open(database)
      try connection.execute("CREATE TABLE t (a int)")
      #expect(throws: Stop.self) {
        try connection.copyIn("COPY t FROM STDIN") { writer in
          try writer.write(Array("1\n".utf8))
          throw Stop()
        }
      }
      #expect(try connection.execute("SELECT count(*) FROM t").int == 0)
    }
  }

  @Test("A row that does not fit is the server's error")
  func badRow() throws {
    try withDatabase(on: .v15) { database in
      let connection = try Connection.open(database)
      try connection.execute("CREATE TABLE t (a int)")
      let error = #expect(throws: PostgresError.self) {
        try connection.copyIn("COPY t FROM STDIN") { try $0.write(Array("x\n".utf8)) }
      }
      #expect(error?.sqlState == "22P02")
      #expect(try connection.execute("SELECT 1").int == 1)
    }
  }

  @Test("A statement that is no COPY is refused, and the connection stays usable")
  func noCopy() throws {
    try withDatabase(on: .v15) { database in
      let connection = try Connection.open(database)
      #expect(throws: PostgresError.self) { try connection.copyOut("SELECT 1") { _ in } }
      #expect(try connection.execute("SELECT 2").int == 2)
    }
  }
}
