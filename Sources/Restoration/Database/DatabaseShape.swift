internal import Postgres

/// What a database is created with and cannot change later: encoding, locale, tablespace.
struct DatabaseShape: Sendable, Equatable {
  let encoding: String
  /// `c`, `i` or `b`; nil before PostgreSQL 15, which knew only libc.
  let provider: String?
  let collate: String
  let characterType: String
  /// The locale of ICU or of the server's own provider.
  let locale: String?
  let rules: String?
  /// Nil where it is the one of template0: naming it would need a right of its own.
  let tablespace: String?

  /// Reads the session's database.
  ///
  /// The columns' names differ between versions, hence the JSON.
  static func read(_ connection: Connection) throws -> DatabaseShape {
    let row = try connection.execute(
      """
      SELECT pg_catalog.pg_encoding_to_char(d.encoding) AS encoding, d.datcollate, d.datctype,
        j.row ->> 'datlocprovider' AS provider, j.row ->> 'daticurules' AS rules,
        coalesce(j.row ->> 'datlocale', j.row ->> 'daticulocale') AS locale,
        CASE WHEN d.dattablespace <> t.dattablespace THEN s.spcname END AS tablespace
      FROM pg_catalog.pg_database d
      JOIN pg_catalog.pg_database t ON t.datname = 'template0'
      JOIN pg_catalog.pg_tablespace s ON s.oid = d.dattablespace
      CROSS JOIN LATERAL pg_catalog.to_jsonb(d) j(row)
      WHERE d.datname = pg_catalog.current_database()
      """
    )[0]
    return DatabaseShape(
      encoding: row.string("encoding"),
      provider: row["provider"],
      collate: row.string("datcollate"),
      characterType: row.string("datctype"),
      locale: row["locale"],
      rules: row["rules"],
      tablespace: row["tablespace"]
    )
  }

  /// The statement that creates such a database, which nobody can enter yet.
  func creation(of name: String, owner: String) -> String {
    var words = [
      "CREATE DATABASE \(SQL.identifier(name)) TEMPLATE template0 ALLOW_CONNECTIONS false",
      "OWNER \(SQL.identifier(owner)) ENCODING \(SQL.literal(encoding))",
      "LC_COLLATE \(SQL.literal(collate)) LC_CTYPE \(SQL.literal(characterType))",
    ]
    switch provider {
    case "i":
      words.append("LOCALE_PROVIDER icu ICU_LOCALE \(SQL.literal(locale ?? ""))")
      if let rules { words.append("ICU_RULES \(SQL.literal(rules))") }
    case "b": words.append("LOCALE_PROVIDER builtin BUILTIN_LOCALE \(SQL.literal(locale ?? ""))")
    case "c": words.append("LOCALE_PROVIDER libc")
    default: break
    }
    if let tablespace { words.append("TABLESPACE \(SQL.identifier(tablespace))") }
    return words.joined(separator: " ")
  }
}
