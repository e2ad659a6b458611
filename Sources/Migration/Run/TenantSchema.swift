public import Postgres
internal import Problems

/// A schema that is one of many with the same tables: the patches run in it by its search path.
public enum TenantSchema {
  /// The schemas whose names match a pattern of LIKE, in the order of names.
  ///
  /// - Parameters:
  ///   - pattern: As `LIKE` reads it: `tenant_%`.
  ///   - connection: A connection to the database.
  /// - Returns: Their names; the system's and the ledger's own are none of them.
  /// - Throws: `PostgresError`.
  public static func matching(_ pattern: String, _ connection: Connection) throws -> [String] {
    try connection.query(
      """
      SELECT nspname FROM pg_catalog.pg_namespace
      WHERE nspname LIKE $1 AND nspname !~ '^pg_' AND nspname NOT IN ('information_schema', $2)
        AND nspname !~ $3
      ORDER BY nspname COLLATE "C"
      """,
      [.text(pattern), .text(Ledger.schema), .text(copies)]
    ).map { $0.string("nspname") }
  }

  /// What a restore calls the schemas that it keeps or has not put in place yet.
  private static let copies = "__dd_[a-z0-9]+_(new|old)$"

  /// Throws unless a database has the schema of a tenant, and the role may look into it.
  ///
  /// - Parameters:
  ///   - schema: Its name.
  ///   - connection: A connection to the database.
  /// - Throws: A `Problem` of kind `usage`, or `PostgresError`.
  public static func require(_ schema: String, _ connection: Connection) throws {
    let mayUse = try connection.query(
      "SELECT pg_catalog.has_schema_privilege(oid, 'USAGE') FROM pg_catalog.pg_namespace"
        + " WHERE nspname = $1",
      [.text(schema)]
    ).value
    if mayUse != "t" { throw missing(schema, mayUse == nil ? "there is none" : "no USAGE on it") }
  }

  /// Throws unless what a connection makes is made in the schema.
  ///
  /// The server passes over an entry of the search path that it cannot use, in silence.
  static func requireFirst(_ schema: String, _ connection: Connection) throws {
    let first = try connection.query("SELECT pg_catalog.current_schema()", []).value
    guard first == schema else {
      throw missing(schema, "the first of its search path is \(first ?? "no schema")")
    }
  }

  private static func missing(_ schema: String, _ reason: String) -> Problem {
    Problem(
      .usage,
      code: "tenants.no-schema",
      "the schema \(schema) cannot be used as a tenant's",
      reason: reason,
      hint: "No patch has run. Is it the right database, and the right role?"
    )
  }

  /// Lets a connection find tables in the schema first, as its patches do.
  ///
  /// - Parameters:
  ///   - schema: Its name.
  ///   - connection: A connection to the database.
  /// - Throws: A `Problem` of kind `usage` when it cannot be used, or `PostgresError`.
  public static func enter(_ schema: String, _ connection: Connection) throws {
    try require(schema, connection)
    let path = try searchPath(schema, connection)
    try connection.query("SELECT pg_catalog.set_config('search_path', $1, false)", [.text(path)])
  }

  /// The schema first, then what the role searches otherwise: extensions often lie there.
  static func searchPath(_ schema: String, _ connection: Connection) throws -> String {
    [SQL.identifier(schema), try connection.ownSearchPath()].filter { !$0.isEmpty }
      .joined(separator: ", ")
  }

  /// The path as an option of the connection, so that RESET comes back to it.
  static func settings(_ settings: ConnectionSettings, searchPath: String) -> ConnectionSettings {
    settings.setting("search_path", to: searchPath)
  }
}
