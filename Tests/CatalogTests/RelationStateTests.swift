import Postgres
import TestSupport
import Testing

@testable import Catalog

@Suite("What decides a table's text beside its rows")
struct RelationStateTests {
  private static let schema = """
    CREATE TYPE mood AS ENUM ('calm', 'busy');
    CREATE DOMAIN temper AS mood;
    CREATE TYPE moods AS RANGE (SUBTYPE = mood, MULTIRANGE_TYPE_NAME = multimoods);
    CREATE TYPE pair AS (a integer, b text);
    CREATE TYPE nested AS (inner_pairs pair[], note text);
    CREATE TABLE base (p integer);
    CREATE TABLE plain (a integer, b text, c numeric(10, 2));
    CREATE TABLE swapped (a integer, b integer);
    CREATE TABLE generated (a integer, g integer GENERATED ALWAYS AS (a * 2) STORED);
    CREATE TABLE in_arrays (x mood[]);
    CREATE TABLE in_domains (x temper);
    CREATE TABLE in_ranges (x moods);
    CREATE TABLE in_multiranges (x multimoods);
    CREATE TABLE of_pairs (x pair[]);
    CREATE TABLE of_nested (x nested);
    CREATE TABLE of_rows (x base);
    CREATE TABLE empty ();
    """

  /// A change, and the tables for whose columns or types it must show; for no other.
  struct Case: Sendable, CustomStringConvertible {
    let description: String
    let sql: String
    var columns: Set<String> = []
    var types: Set<String> = []
  }

  static let cases = [
    Case(
      description: "DROP and ADD of the same name and type",
      sql: "ALTER TABLE plain DROP COLUMN b; ALTER TABLE plain ADD COLUMN b text",
      columns: ["plain"],
      types: ["plain"]
    ),
    Case(
      description: "two columns that swap their names",
      sql: """
        ALTER TABLE swapped RENAME a TO x; ALTER TABLE swapped RENAME b TO a;
        ALTER TABLE swapped RENAME x TO b
        """,
      columns: ["swapped"]
    ),
    Case(
      description: "a column with a default that no row holds yet",
      sql: "ALTER TABLE plain ADD COLUMN d integer DEFAULT 7",
      columns: ["plain"],
      types: ["plain"]
    ),
    Case(
      description: "a type modifier",
      sql: "ALTER TABLE plain ALTER c TYPE numeric(12, 2)",
      columns: ["plain"]
    ),
    Case(
      description: "a generated column that becomes an ordinary one",
      sql: "ALTER TABLE generated ALTER g DROP EXPRESSION",
      columns: ["generated"],
      types: ["generated"]
    ),
    Case(
      description: "a label renamed, also inside arrays, domains and ranges",
      sql: "ALTER TYPE mood RENAME VALUE 'calm' TO 'quiet'",
      types: ["in_arrays", "in_domains", "in_ranges", "in_multiranges"]
    ),
    Case(
      description: "an attribute added to a composite inside arrays",
      sql: "ALTER TYPE pair ADD ATTRIBUTE c integer",
      types: ["of_pairs", "of_nested"]
    ),
    Case(
      description: "an attribute dropped from a composite",
      sql: "ALTER TYPE pair DROP ATTRIBUTE b",
      types: ["of_pairs", "of_nested"]
    ),
    Case(
      description: "a column added to the table whose rows are values",
      sql: "ALTER TABLE base ADD COLUMN n integer",
      columns: ["base"],
      types: ["base", "of_rows"]
    ),
    Case(description: "a comment", sql: "COMMENT ON TABLE plain IS 'x'"),
    Case(description: "rows", sql: "INSERT INTO plain VALUES (1, 'x', 1)"),
    Case(description: "an index", sql: "CREATE INDEX ON plain (a)"),
  ]

  private func read(_ connection: Connection) throws -> [String: RelationState] {
    try connection.transaction("ISOLATION LEVEL REPEATABLE READ, READ ONLY") {
      try connection.setTransferSettings(forReading: true)
      let names = try connection.execute(
        "SELECT oid, relname FROM pg_catalog.pg_class WHERE relkind = 'r'"
      )
      let states = try RelationState.read(connection)
      return names.reduce(into: [:]) { $0[$1.string("relname")] = states[$1.int("oid")] }
    }
  }

  private func differing(
    _ one: [String: RelationState],
    _ other: [String: RelationState],
    by part: (RelationState?) -> String?
  ) -> Set<String> {
    Set(one.keys.filter { part(one[$0]) != part(other[$0]) })
  }

  @Test(
    "A change that touches no page shows for the tables that it concerns",
    arguments: TestServer.allCases
  )
  func changes(server: TestServer) throws {
    for each in Self.cases {
      try withDatabase(on: server) { settings in
        let connection = try Connection.open(settings)
        try connection.execute(Self.schema)
        let before = try read(connection)
        #expect(before.values.allSatisfy { $0.types != nil })
        try connection.execute(each.sql)
        let after = try read(connection)
        #expect(differing(before, after, by: \.?.columns) == each.columns, "\(each)")
        #expect(differing(before, after, by: \.?.types) == each.types, "\(each)")
      }
    }
  }

  @Test(
    "A changed default leaves the missing values of old rows, a rewrite ends them",
    arguments: TestServer.allCases
  )
  func missingValues(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let connection = try Connection.open(settings)
      try connection.execute("CREATE TABLE t (a int); ALTER TABLE t ADD b int DEFAULT 7")
      let before = try read(connection)
      try connection.execute("ALTER TABLE t ALTER b SET DEFAULT 9")
      #expect(try read(connection) == before)
      try connection.execute("VACUUM FULL t")
      #expect(try read(connection)["t"]?.columns != before["t"]?.columns)
    }
  }

  @Test(
    "Types that print names of other objects, and types that users made, are not foreseen",
    arguments: TestServer.allCases
  )
  func untrusted(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let connection = try Connection.open(settings)
      try connection.execute(
        """
        CREATE EXTENSION hstore;
        CREATE TYPE coin;
        CREATE FUNCTION coin_in(cstring) RETURNS coin LANGUAGE internal STRICT IMMUTABLE AS 'int4in';
        CREATE FUNCTION coin_out(coin) RETURNS cstring LANGUAGE internal STRICT IMMUTABLE AS 'int4out';
        CREATE TYPE coin (INPUT = coin_in, OUTPUT = coin_out, LIKE = integer);
        CREATE TYPE purse AS (coins coin[]);
        CREATE DOMAIN where_to AS regclass;
        CREATE TABLE names (a regclass);
        CREATE TABLE rights (a aclitem[]);
        CREATE TABLE coins (a integer, b coin);
        CREATE TABLE purses (a purse[]);
        CREATE TABLE places (a where_to);
        CREATE TABLE catalogs (a pg_catalog.pg_class);
        CREATE TABLE stores (a hstore, b hstore[]);
        CREATE TABLE standard (a information_schema.sql_identifier);
        CREATE TABLE unused (a integer, b regclass GENERATED ALWAYS AS (NULL) STORED, c regclass);
        ALTER TABLE unused DROP COLUMN c
        """
      )
      let states = try read(connection)
      for table in ["names", "rights", "coins", "purses", "places", "catalogs"] {
        #expect(states[table]?.types == nil, "\(table)")
      }
      for table in ["stores", "standard", "unused"] {
        #expect(states[table]?.types != nil, "\(table)")
      }
    }
  }

  @Test(
    "Another version of an extension changes what its types mean",
    arguments: TestServer.allCases
  )
  func extensionVersion(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let connection = try Connection.open(settings)
      try connection.execute("CREATE EXTENSION hstore VERSION '1.7'")
      try connection.execute("CREATE TABLE t (a hstore); CREATE TABLE u (a text)")
      let before = try read(connection)
      try connection.execute("ALTER EXTENSION hstore UPDATE TO '1.8'")
      #expect(differing(before, try read(connection), by: \.?.types) == ["t"])
    }
  }

  @Test(
    "The trusted types are what their oids say, and none prints a name",
    arguments: TestServer.allCases
  )
  func plainTypes(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let connection = try Connection.open(settings)
      for type in RelationState.plainTypes {
        let row = try connection.query(
          "SELECT typname, typtype FROM pg_type WHERE oid = $1",
          [Parameter(type.oid)]
        )[0]
        #expect(row.string("typname") == type.name && row.string("typtype") == "b")
        #expect(!type.name.hasPrefix("reg"))
      }
    }
  }

  @Test(
    "The tablespace is a real one, whether it is the default or not",
    arguments: TestServer.allCases
  )
  func tablespace(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let connection = try Connection.open(settings)
      try connection.execute("CREATE TABLE t (a int)")
      #expect(try read(connection)["t"]?.tablespace == 1663)
    }
  }

  @Test("Ten thousand tables are one query of a second or two", arguments: TestServer.allCases)
  func manyTables(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let connection = try Connection.open(settings)
      try connection.execute("CREATE TYPE mood AS ENUM ('calm')")
      for start in stride(from: 0, to: 10_000, by: 250) {
        let tables = (start..<start + 250).map {
          "CREATE TABLE t\($0) (id bigint, m mood[], x text, y numeric(10, 2), z timestamptz)"
        }
        try connection.execute(tables.joined(separator: ";"))
      }
      let before = try read(connection)
      #expect(before.count == 10_000)
      try connection.execute("ALTER TYPE mood RENAME VALUE 'calm' TO 'busy'")
      #expect(differing(before, try read(connection), by: \.?.types).count == 10_000)
    }
  }
}
