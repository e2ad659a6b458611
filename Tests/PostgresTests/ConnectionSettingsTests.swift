import Postgres
import Problems
import TestSupport
import Testing

@Suite("Connections are named as libpq names them")
struct ConnectionSettingsTests {
  @Test("URL, keywords and a bare name")
  func forms() throws {
    let url = try ConnectionSettings(
      parsing: "postgresql://joe@db.example:5433/shop?sslmode=require"
    )
    #expect(url.keywords["user"] == "joe")
    #expect(url.keywords["port"] == "5433")
    #expect(url.keywords["sslmode"] == "require")
    let words = try ConnectionSettings(parsing: "host=/run/pg dbname='my shop'")
    #expect(words.keywords == ["host": "/run/pg", "dbname": "my shop"])
    #expect(try ConnectionSettings(parsing: "shop").keywords == ["dbname": "shop"])
    #expect(try ConnectionSettings(parsing: "").keywords.isEmpty)
  }

  @Test("A text that libpq does not understand is refused without being repeated")
  func nonsense() {
    let problem = #expect(throws: Problem.self) {
      _ = try ConnectionSettings(parsing: "host=a password='hunter2")
    }
    #expect(problem?.kind == .usage)
    #expect("\(problem.debugDescription)".contains("hunter2") == false)
  }

  @Test("A password never stands in an argument or in a text")
  func password() throws {
    let settings = try ConnectionSettings(parsing: "postgresql://joe:hunter2@db/shop")
    #expect(settings.hasPassword)
    #expect(!settings.argument.contains("hunter2"))
    #expect(!"\(settings)".contains("hunter2"))
    #expect(settings.childEnvironment["PGPASSWORD"] == "hunter2")
    for name in ["sslpassword", "scram_client_key", "scram_server_key", "oauth_client_secret"] {
      let other = ConnectionSettings(keywords: ["host": "db", name: "hunter2"])
      #expect(other.hasPassword)
      #expect(other.argument == "host='db'")
    }
  }

  @Test("Values with blanks, quotes and backslashes survive being an argument")
  func quoting() throws {
    for name in ["it's \\ here", "a'\u{301} host=elsewhere 'b", "\\\u{301}'"] {
      let settings = ConnectionSettings(keywords: ["dbname": name, "host": "/a b"])
      #expect(try ConnectionSettings(parsing: settings.argument) == settings)
    }
  }

  @Test("A setting for the session is the value to its last byte, whatever blanks are in it")
  func sessionSettings() throws {
    let value = "a b\tc\n-c\u{B}work_mem=1MB\\ '\"\u{301}"
    try withDatabase(on: .v15) { database in
      let settings = database.setting("drydock.one", to: value).setting("drydock.two", to: "2")
      let connection = try Connection.open(settings)
      #expect(try connection.execute("SHOW drydock.one").value == value)
      #expect(try connection.execute("SHOW drydock.two").value == "2")
    }
  }

  @Test("An unreachable server and an unknown database are told apart")
  func refusals() throws {
    let nowhere = ConnectionSettings(keywords: ["host": "/nonexistent", "dbname": "x"])
    let unreachable = #expect(throws: PostgresError.self) { _ = try Connection.open(nowhere) }
    #expect(unreachable?.isConnectionLost == true)
    #expect(unreachable?.sqlState == nil)
    try withDatabase(on: .v15) { database in
      let error = #expect(throws: PostgresError.self) {
        _ = try Connection.open(database.database("no_such_database"))
      }
      #expect(error?.sqlState == "3D000")
      #expect(error?.problem("cannot connect").hint?.contains("Create the database") == true)
    }
  }
}

@Suite("Names and values as SQL")
struct SQLTests {
  @Test("Names are quoted, quotes in them doubled")
  func identifiers() {
    #expect(SQL.identifier("a\"b") == "\"a\"\"b\"")
    #expect(SQL.identifier("s", "t") == "\"s\".\"t\"")
  }

  @Test("A combining mark behind a quote does not keep it from being doubled")
  func combining() throws {
    #expect(Array(SQL.identifier("a\"\u{301}b").utf8) == Array("\"a\"\"\u{301}b\"".utf8))
    let settings = ConnectionSettings(keywords: ["dbname": "a'\u{301} host=elsewhere"])
    #expect(try ConnectionSettings(parsing: settings.argument) == settings)
    let name = "x\"\u{301}; SELECT 2; --"
    try withDatabase(on: .v15) { database in
      let row = try Connection.open(database).execute("SELECT 1 AS \(SQL.identifier(name))")
      #expect(row.columns.map { Array($0.utf8) } == [Array(name.utf8)])
    }
  }

  @Test(
    "A name beyond ASCII is the same name in ASCII",
    arguments: ["größe", "naïve \"x\"", "日本", "back\\slash é"]
  )
  func ascii(name: String) throws {
    let written = SQL.asciiIdentifier(name)
    #expect(written.utf8.allSatisfy { $0 < 128 })
    try withDatabase(on: .v15) { database in
      let connection = try Connection.open(database)
      let row = try connection.execute("SELECT 1 AS \(written)")
      #expect(row.columns == [name])
    }
  }

  @Test(
    "A constant reads the same whatever the server's settings",
    arguments: ["it's", "a\\b", "", "it'\u{301}s", "a\\\u{301}'b"]
  )
  func literals(text: String) throws {
    try withDatabase(on: .v15) { database in
      let connection = try Connection.open(database)
      for setting in ["on", "off"] {
        try connection.execute(
          "SET standard_conforming_strings = \(setting); SET escape_string_warning = off"
        )
        #expect(try connection.execute("SELECT \(SQL.literal(text))").value == text)
      }
    }
  }
}
