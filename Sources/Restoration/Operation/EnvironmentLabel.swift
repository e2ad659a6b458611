internal import Catalog
internal import Postgres
internal import Problems

/// What a database is for: `protected`, or any word of its owners.
///
/// It lies in the table `drydock.environment` beside the system identifier and the database's oid,
/// and counts only where both are those of the database in which it is read. So neither a restored
/// snapshot nor a clone of the database carries `protected`, or its absence, elsewhere.
enum EnvironmentLabel {
  /// The label that refuses a replacing restore.
  static let protected = "protected"

  private static let table = OwnTables(["environment"], foreignRights: "false")

  /// Whoever restores is often a superuser, and it must not run what a stranger put in this place.
  private static func requirePlain(_ connection: Connection) throws {
    let found = try table.strange(connection)
    guard !found.isEmpty else { return }
    throw Problem(
      .refused,
      code: "restore.strange-label",
      "drydock.environment is not the table in which Drydock keeps a database's label",
      facts: found.map { Problem.Fact($0.object, $0.fault) },
      hint: "Nothing was read from it, and nothing was changed. Find out who made it, and why; "
        + "then drop it, or rename it away."
    )
  }

  /// The label that counts here, nil for none; throws where the table is not a plain one.
  static func read(
    _ connection: Connection,
    systemIdentifier: String,
    oid: Int
  ) throws -> String? {
    try requirePlain(connection)
    let exists = try connection.execute(
      "SELECT pg_catalog.to_regclass('drydock.environment') IS NOT NULL"
    )
    guard exists.bool else { return nil }
    return try connection.query(
      """
      SELECT label FROM drydock.environment WHERE system_identifier = $1 AND database_oid = $2
      ORDER BY label = 'protected' DESC LIMIT 1
      """,
      [.text(systemIdentifier), Parameter(oid)]
    ).value
  }

  /// Labels the session's database.
  static func set(_ label: String, _ connection: Connection) throws {
    try connection.transaction {
      try requirePlain(connection)
      try connection.execute(
        """
        CREATE SCHEMA IF NOT EXISTS drydock;
        CREATE TABLE IF NOT EXISTS drydock.environment (
          system_identifier text NOT NULL, database_oid bigint NOT NULL, label text NOT NULL,
          PRIMARY KEY (system_identifier, database_oid));
        COMMENT ON TABLE drydock.environment IS
          'What a database is for; counts only in the database whose identity stands beside it.';
        """
      )
      try connection.query(
        """
        INSERT INTO drydock.environment AS e (system_identifier, database_oid, label)
        SELECT (SELECT system_identifier FROM pg_catalog.pg_control_system()), oid, $1
        FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()
        ON CONFLICT (system_identifier, database_oid) DO UPDATE SET label = EXCLUDED.label
        """,
        [.text(label)]
      )
    }
  }
}
