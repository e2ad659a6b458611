public import Postgres

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
      ORDER BY nspname COLLATE "C"
      """,
      [.text(pattern), .text(Ledger.schema)]
    ).map { $0.string("nspname") }
  }

  /// The schema first, then what the role searches otherwise: extensions often lie there.
  static func searchPath(_ schema: String, _ connection: Connection) throws -> String {
    let rest = try connection.query("SELECT pg_catalog.current_setting('search_path')", []).value
    return [SQL.identifier(schema), rest ?? ""].filter { !$0.isEmpty }.joined(separator: ", ")
  }

  /// The path as an option of the connection, so that RESET comes back to it.
  static func settings(_ settings: ConnectionSettings, searchPath: String) -> ConnectionSettings {
    // Blanks and backslashes are escaped (manual, 34.1.2, "options").
    let escaped = searchPath.replacing("\\", with: "\\\\").replacing(" ", with: "\\ ")
    let options = [settings.keywords["options"] ?? "", "-c search_path=\(escaped)"]
    return settings.with("options", options.filter { !$0.isEmpty }.joined(separator: " "))
  }
}
