internal import Postgres

/// The settings of a rehearsal's database on a server that a person named.
struct NamedSettings {
  let connection: Connection
  let database: String

  /// Sets what the server's own files say for sessions back to PostgreSQL's defaults, as they are on a
  /// server of Drydock's own: a `search_path` or a time limit of that server is not production's.
  ///
  /// What the server's administrator decides about its log, its statistics, its disks and its libraries
  /// stays.
  func setBack() throws {
    let rows = try connection.execute(
      """
      SELECT name, boot_val FROM pg_catalog.pg_settings
      WHERE context IN ('user', 'superuser') AND boot_val IS NOT NULL
        AND reset_val IS DISTINCT FROM boot_val
        AND source NOT IN ('default', 'client', 'session', 'database', 'user', 'database user')
        AND category !~ '^(Reporting|Statistics|Error|Process|Developer|Resource Usage / Disk)'
        AND category !~ 'Library' AND name !~ '^(ssl|krb|client_encoding$|lc_)'
      """
    )
    try set(
      Dictionary(
        rows.map { ($0.string("name"), $0.string("boot_val")) },
        uniquingKeysWith: { first, _ in first }
      ).merging(Self.ours) { _, ours in ours }
    )
  }

  /// What `initdb` writes down for a server of Drydock's own.
  private static let ours = [
    "default_text_search_config": "pg_catalog.english", "lc_messages": "C", "lc_monetary": "C",
    "lc_numeric": "C", "lc_time": "C",
  ]

  /// Sets parameters for the database.
  func set(_ settings: [String: String]) throws {
    for (name, value) in settings.sorted(by: { $0.key < $1.key }) {
      try connection.execute(
        "ALTER DATABASE \(SQL.identifier(database)) SET \(name) TO"
          + " \(SettingValue.sql(value, of: name))"
      )
    }
  }
}
