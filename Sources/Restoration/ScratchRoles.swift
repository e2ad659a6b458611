internal import Foundation
internal import Postgres
internal import Problems
internal import Repository
internal import Snapshot

/// Production's roles on the scratch: names, memberships and settings, without power or password.
struct ScratchRoles {
  let connection: Connection
  let content: SnapshotContent

  /// What no role may have where strangers' code runs.
  private static let dangerous = [
    "pg_execute_server_program", "pg_read_server_files", "pg_write_server_files",
  ]

  /// Creates them, and makes sure that the migrator is among them.
  func create(migrator: String) throws {
    let bytes = try content.text(
      content.manifest.definition.globals,
      try content.repository.makeReader()
    )
    let statements = Globals(Array(Globals(bytes).withoutPasswords.utf8)).statements
    let isReplay = { (line: String) in
      line.hasPrefix("CREATE ROLE ") || line.hasPrefix("ALTER ROLE ") || line.hasPrefix("GRANT ")
    }
    for statement in statements where isReplay(statement) { try replay(statement) }
    for role in [migrator, content.manifest.database.owner] { try ensure(role) }
    let superusers = try takePowerAway()
    if superusers.contains(migrator) { try letOwnEverything(migrator) }
    try createLoader()
  }

  /// A member of every role of production, so that it may call what their tables call.
  private func createLoader() throws {
    let loader = SQL.identifier(ScratchDatabase.loader)
    try connection.execute("CREATE ROLE \(loader) LOGIN INHERIT BYPASSRLS")
    try connection.execute("GRANT pg_read_all_data, pg_write_all_data TO \(loader)")
    let roles = try connection.execute(
      """
      SELECT rolname FROM pg_catalog.pg_roles
      WHERE rolname !~ '^pg_' AND rolname NOT LIKE 'drydock\\_scratch\\_%'
      """
    )
    for row in roles {
      try connection.execute("GRANT \(SQL.identifier(row.string("rolname"))) TO \(loader)")
    }
  }

  private func replay(_ statement: String) throws {
    // Libraries of production are not here, and a superuser's settings have no place.
    guard !statement.contains("_libraries") else { return }
    // From PostgreSQL 16 on a grantor needs the right itself, and here nobody has power.
    let statement = RoleStatement.withoutGrantor(statement)
    do {
      // The role exists, or a predefined role or a parameter of production is unknown here.
      try connection.execute(statement, expecting: ["42710", "42704", "22023", "0LP01"])
    } catch {
      throw error.problem("cannot create production's roles on the scratch server")
    }
  }

  private func ensure(_ role: String) throws {
    let exists = try connection.query(
      "SELECT count(*) FROM pg_catalog.pg_roles WHERE rolname = $1",
      [.text(role)]
    ).int
    if exists == 0 { try connection.execute("CREATE ROLE \(SQL.identifier(role)) LOGIN") }
  }

  /// Makes every role ordinary; returns those that were superusers.
  private func takePowerAway() throws -> Set<String> {
    let roles = try connection.query(
      """
      SELECT rolname, rolsuper FROM pg_catalog.pg_roles
      WHERE rolname !~ '^pg_' AND rolname NOT LIKE 'drydock\\_scratch\\_%'
      """,
      []
    )
    for row in roles {
      let name = SQL.identifier(row.string("rolname"))
      try connection.execute("ALTER ROLE \(name) NOSUPERUSER NOREPLICATION NOBYPASSRLS LOGIN")
      try connection.execute("REVOKE \(Self.dangerous.joined(separator: ", ")) FROM \(name)")
    }
    return Set(roles.filter { $0.bool("rolsuper") }.map { $0.string("rolname") })
  }

  /// A migrator that was superuser may do here what an owner of everything may.
  private func letOwnEverything(_ migrator: String) throws {
    let name = SQL.identifier(migrator)
    try connection.execute("ALTER ROLE \(name) CREATEDB CREATEROLE BYPASSRLS")
    let others = try connection.query(
      """
      SELECT rolname FROM pg_catalog.pg_roles
      WHERE rolname !~ '^pg_' AND rolname NOT LIKE 'drydock\\_scratch\\_%' AND rolname <> $1
      """,
      [.text(migrator)]
    )
    for row in others {
      let role = SQL.identifier(row.string("rolname"))
      // 0LP01: the other role is a member of this one already, so it can do no more.
      try connection.execute("GRANT \(role) TO \(name)", expecting: ["0LP01"])
    }
  }
}
