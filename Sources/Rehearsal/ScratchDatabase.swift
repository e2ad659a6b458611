internal import Cluster
internal import Postgres
internal import Problems
internal import Restoration
internal import Repository
internal import Snapshot

/// A copy of production on a scratch server, in which strangers' code may run.
///
/// Roles and owners are restored, but nobody is superuser and nobody may run programs or read the
/// server's files: a low-privileged user's function in a materialised view ran a shell command when
/// it was restored as superuser (tested). Production's superusers become ordinary roles here.
struct ScratchDatabase: Sendable {
  /// The superuser of the scratch, with a name that no production has.
  static let administrator = "drydock_scratch_administrator"

  let server: ScratchServer
  let name: String

  /// The way in for the administrator.
  var administration: ConnectionSettings { server.settings(database: name, user: Self.administrator) }

  /// The way in for a role of production.
  func settings(role: String) -> ConnectionSettings { server.settings(database: name, user: role) }

  /// Makes roles and an empty database like production's.
  static func make(
    on server: ScratchServer, like content: SnapshotContent, migrator: String
  ) throws -> ScratchDatabase {
    let database = content.manifest.database
    let first = try Connection.open(server.settings())
    try first.execute("CREATE ROLE \(administrator) SUPERUSER LOGIN")
    let connection = try Connection.open(
      server.settings(database: "postgres", user: administrator))
    // The bootstrap superuser gives its name away, so that production's role of that name is plain.
    try connection.execute(
      "ALTER ROLE \(ScratchServer.superuser) RENAME TO drydock_scratch_bootstrap")
    try ScratchRoles(connection: connection, content: content).create(migrator: migrator)
    try connection.execute(creation(of: database))
    let scratch = ScratchDatabase(server: server, name: database.name)
    try scratch.applySettings(database, connection)
    return scratch
  }

  private static func creation(of database: Manifest.Database) -> String {
    var statement = """
      CREATE DATABASE \(SQL.identifier(database.name)) OWNER \(SQL.identifier(database.owner)) \
      TEMPLATE template0 ENCODING \(SQL.literal(database.encoding)) \
      LC_COLLATE \(SQL.literal(database.collate)) LC_CTYPE \(SQL.literal(database.ctype))
      """
    if database.localeProvider == "i", let locale = database.locale {
      statement += " LOCALE_PROVIDER icu ICU_LOCALE \(SQL.literal(locale))"
    } else if database.localeProvider == "b", let locale = database.locale {
      statement += " LOCALE_PROVIDER builtin BUILTIN_LOCALE \(SQL.literal(locale))"
    }
    return statement
  }

  /// A role's `search_path` decides where `CREATE TABLE x` lands (tested), so settings come along;
  /// libraries do not.
  private func applySettings(_ database: Manifest.Database, _ connection: Connection) throws {
    for setting in database.settings
    where setting.isForDatabase && !setting.name.hasSuffix("_libraries") {
      let target = setting.role.map { "ROLE \(SQL.identifier($0)) IN DATABASE" } ?? "DATABASE"
      let value = Self.value(of: setting)
      // A parameter of an extension that is not loaded here cannot matter to a patch either.
      try connection.execute(
        "ALTER \(target) \(SQL.identifier(database.name)) SET \(setting.name) TO \(value)",
        expecting: ["42704", "22023"])
    }
  }

  /// `search_path` is a list of names; every other value is one string.
  private static func value(of setting: Manifest.Setting) -> String {
    guard ["search_path", "temp_tablespaces"].contains(setting.name) else {
      return SQL.literal(setting.value)
    }
    return setting.value.isEmpty ? "''" : setting.value
  }
}
