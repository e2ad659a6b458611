internal import FoundationEssentials
internal import Postgres
internal import Problems
internal import Repository
internal import Snapshot

/// Production's roles on the scratch: names, memberships and settings, without power or password.
struct ScratchRoles {
  let connection: Connection
  let content: SnapshotContent
  /// Whether the server serves this rehearsal alone, so that a patch may make roles and databases.
  var isAlone = true

  /// What no role may have where strangers' code runs.
  private static let dangerous = [
    "pg_execute_server_program", "pg_read_server_files", "pg_write_server_files",
  ]

  /// What none may have either where others use the same server: each reaches out of the database.
  private static let farReaching = [
    "pg_signal_backend", "pg_signal_autovacuum_worker", "pg_create_subscription", "pg_checkpoint",
    "pg_use_reserved_connections",
  ]

  /// Every role that will be there: production's, the migrator, and whoever loads rows.
  func names(migrator: String) throws -> [String] {
    try production(migrator).sorted() + [ScratchDatabase.loader]
  }

  /// Creates them, and makes sure that the migrator is among them.
  func create(migrator: String) throws {
    let names = try production(migrator)
    for statement in try statements() {
      if case .create(let role) = RoleStatement(statement).kind {
        try ScratchPower.requireOther(role)
      }
      try replay(statement)
    }
    for role in [migrator, content.manifest.database.owner] { try ensure(role) }
    for role in names { try takePowerAway(role) }
    if try superusers().contains(migrator) { try letOwnEverything(migrator, names) }
    try createLoader(names)
  }

  private func statements() throws -> [String] {
    let bytes = try content.text(
      content.manifest.definition.globals,
      try content.repository.makeReader()
    )
    let statements = Globals(Array(Globals(bytes).withoutPasswords.utf8)).statements
    return statements.filter { line in
      line.hasPrefix("CREATE ROLE ") || line.hasPrefix("ALTER ROLE ") || line.hasPrefix("GRANT ")
    }
  }

  private func production(_ migrator: String) throws -> Set<String> {
    var names: Set = [migrator, content.manifest.database.owner]
    for statement in try statements() {
      if case .create(let role) = RoleStatement(statement).kind { names.insert(role) }
    }
    return names
  }

  private func superusers() throws -> Set<String> {
    var names: Set<String> = []
    for statement in try statements() {
      guard case .attributes(let role, let attributes) = RoleStatement(statement).kind,
        attributes.contains(where: { $0.uppercased() == "SUPERUSER" })
      else { continue }
      names.insert(role)
    }
    return names
  }

  /// A member of every role of production, so that it may call what their tables call.
  private func createLoader(_ names: Set<String>) throws {
    let loader = SQL.identifier(ScratchDatabase.loader)
    try connection.execute("CREATE ROLE \(loader)", expecting: ["42710"])
    try connection.execute("ALTER ROLE \(loader) LOGIN INHERIT BYPASSRLS")
    try connection.execute("GRANT pg_read_all_data, pg_write_all_data TO \(loader)")
    for name in names.sorted() {
      try connection.execute("GRANT \(SQL.identifier(name)) TO \(loader)")
    }
  }

  private func replay(_ statement: String) throws {
    // Libraries of production are not here, and a superuser's settings have no place.
    guard !Self.setsLibraries(statement), let ordinary = ordinary(statement) else { return }
    // From PostgreSQL 16 on a grantor needs the right itself, and here nobody has power.
    let statement = RoleStatement.withoutGrantor(ordinary)
    do {
      // The role exists, or a predefined role or a parameter of production is unknown here.
      try connection.execute(statement, expecting: ["42710", "42704", "22023", "0LP01"])
    } catch {
      throw error.problem("cannot create production's roles on the scratch server")
    }
  }

  /// Whether it is a setting of libraries; the role itself may have any name.
  private static func setsLibraries(_ statement: String) -> Bool {
    switch RoleStatement(statement).kind {
    case .about(_, _, let after): after.contains("_libraries")
    case .other: statement.contains("_libraries")
    case .create, .attributes, .membership: false
    }
  }

  /// The statement without what nobody has here, not even for a moment; nil where nothing is left.
  private func ordinary(_ statement: String) -> String? {
    switch RoleStatement(statement).kind {
    case .attributes(let role, let attributes):
      let power = ["SUPERUSER", "REPLICATION", "BYPASSRLS"]
      let left = attributes.filter { !power.contains($0.uppercased()) }.joined(separator: " ")
      return left.isEmpty ? nil : "ALTER ROLE \(SQL.identifier(role)) WITH \(left)"
    case .membership(let group, _, _):
      let refused = Self.dangerous + (isAlone ? [] : Self.farReaching)
      return refused.contains(group) ? nil : statement
    // A right on a parameter belongs to the whole server.
    case .other where statement.hasPrefix("GRANT "): return isAlone ? statement : nil
    default: return statement
    }
  }

  private func ensure(_ role: String) throws {
    let exists = try connection.query(
      "SELECT count(*) FROM pg_catalog.pg_roles WHERE rolname = $1",
      [.text(role)]
    ).int
    if exists == 0 { try connection.execute("CREATE ROLE \(SQL.identifier(role)) LOGIN") }
  }

  /// Makes a role ordinary; where others use the same server, it is let in by name alone.
  private func takePowerAway(_ role: String) throws {
    let name = SQL.identifier(role)
    let access =
      isAlone
      ? "LOGIN" : "NOLOGIN NOCREATEDB NOCREATEROLE CONNECTION LIMIT -1 VALID UNTIL 'infinity'"
    try connection.execute("ALTER ROLE \(name) NOSUPERUSER NOREPLICATION NOBYPASSRLS \(access)")
    try connection.execute("REVOKE \(Self.dangerous.joined(separator: ", ")) FROM \(name)")
  }

  /// A migrator that was superuser may do here what an owner of everything may.
  private func letOwnEverything(_ migrator: String, _ names: Set<String>) throws {
    let name = SQL.identifier(migrator)
    let attributes = isAlone ? "CREATEDB CREATEROLE BYPASSRLS" : "BYPASSRLS"
    try connection.execute("ALTER ROLE \(name) \(attributes)")
    for other in names.sorted() where other != migrator {
      // 0LP01: the other role is a member of this one already, so it can do no more.
      try connection.execute(
        "GRANT \(SQL.identifier(other)) TO \(name)",
        expecting: ["0LP01"]
      )
    }
  }
}
