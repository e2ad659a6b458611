internal import Postgres
internal import Problems

/// What keeps strangers' code on a scratch server from the power of its superusers.
enum ScratchPower {
  /// The roles that this program makes; production's may have any other name.
  static let ownRoles: Set<String> = [
    ScratchDatabase.administrator, ScratchDatabase.bootstrap, ScratchDatabase.loader,
    QueryScratch.reader,
  ]

  /// Leaves the names of the roles that may run programs or reach files and servers, not their power.
  ///
  /// The server knows them by number. Names alone would not do: before PostgreSQL 16 whoever has
  /// CREATEROLE may join them (manual, "Role Attributes"), and a DO block may say so unseen.
  static func disarmPredefinedRoles(_ connection: Connection) throws(PostgresError) {
    try connection.execute(
      """
      UPDATE pg_catalog.pg_authid SET oid = (oid::pg_catalog.int8 + 5000)::pg_catalog.oid
      WHERE rolname IN ('pg_execute_server_program', 'pg_read_server_files',
        'pg_write_server_files', 'pg_create_subscription')
      """
    )
  }

  /// Keeps a superuser's sessions from calling what a snapshot brought.
  ///
  /// An event trigger runs as whoever changes the schema, or, from PostgreSQL 17 on, logs in; and a
  /// database's own `search_path` may put somebody's operators before those of the server.
  static func shelter(_ superuser: String, _ connection: Connection) throws(PostgresError) {
    let quiet =
      connection.serverMajor >= 17 ? "event_triggers = off" : "session_replication_role = replica"
    for setting in ["search_path = pg_catalog, pg_temp", quiet] {
      try connection.execute("ALTER ROLE \(SQL.identifier(superuser)) SET \(setting)")
    }
  }

  /// Shelters sessions of a superuser who is not ours to alter.
  ///
  /// A session's own setting comes before the database's. Event triggers of a snapshot are not restored
  /// where he is.
  static func sheltered(_ settings: ConnectionSettings) -> ConnectionSettings {
    let own = settings.keywords["options"].map { "\($0) " } ?? ""
    return settings.with("options", own + "-c search_path=pg_catalog,pg_temp")
  }

  /// Refuses a role of production that would share in what one of ours may do.
  static func requireOther(_ role: String) throws {
    guard ownRoles.contains(role) else { return }
    throw Problem(
      .refused,
      code: "scratch.role-name",
      "the role \(role) of production has a name that Drydock uses on its scratch servers",
      hint: "Rename the role, and take another snapshot."
    )
  }
}
