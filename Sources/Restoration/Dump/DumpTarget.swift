internal import Catalog
internal import Postgres
internal import Problems
internal import Snapshot

/// What has to hold of a target before an imported dump goes there.
struct DumpTarget {
  let dump: Manifest.Dump
  /// Roles that are there.
  let roles: Set<String>
  /// The server's major version.
  let serverMajor: Int
  /// The database's name.
  let database: String

  /// Looks at the target; throws a `Problem` of kind `refused` where the dump cannot go there.
  init(_ dump: Manifest.Dump, _ settings: ConnectionSettings) throws {
    self.dump = dump
    let connection = try Connection.open(settings)
    try connection.requireOwnSession()
    let target = try Target.inspect(connection)
    try target.requireEmpty(for: RestoreOptions(), tables: [])
    serverMajor = target.serverVersion / 10_000
    database = target.database
    roles = Set(
      try connection.execute("SELECT rolname FROM pg_catalog.pg_roles").map {
        $0.string("rolname")
      }
    )
    if dump.needsServer {
      try requireEmptyServer(connection)
      try requireEmptyMaintenance(settings)
    } else {
      try requireRoles()
    }
  }

  /// The script connects to databases that every server has, and makes its objects there too.
  private func requireEmptyMaintenance(_ settings: ConnectionSettings) throws {
    for name in ["postgres", "template1"] where name != database && dump.databases.contains(name) {
      try Target.inspect(try Connection.open(settings.database(name)))
        .requireEmpty(for: RestoreOptions(), tables: [])
    }
  }

  /// A script that makes databases would stop at the first that is there, with others half made.
  private func requireEmptyServer(_ connection: Connection) throws {
    let found = try connection.execute(
      """
      SELECT datname FROM pg_catalog.pg_database
      WHERE NOT datistemplate AND datname NOT IN ('postgres', pg_catalog.current_database())
      ORDER BY 1
      """
    ).map { $0.string("datname") }
    guard !found.isEmpty else { return }
    throw Problem(
      .refused,
      code: "restore.server-not-empty",
      "the dump makes databases of its own, and the server has some; nothing was changed",
      reason: "a dump of pg_dumpall, or of pg_dump --create, belongs on an empty server",
      facts: found.prefix(10).map { .init("database", $0) },
      hint: "Restore it into a new server, or take the bytes with drydock export and choose a part."
    )
  }

  private func requireRoles() throws {
    let missing = dump.roles.filter { !roles.contains($0) }
    guard !missing.isEmpty else { return }
    throw Problem(
      .refused,
      code: "restore.roles-missing",
      "the dump names roles that the server does not have; nothing was changed",
      facts: missing.prefix(20).map { .init("role", $0) },
      hint: "Create them first: "
        + missing.prefix(3).map { "CREATE ROLE \(SQL.identifier($0));" }.joined(separator: " ")
    )
  }
}
