public import Postgres
internal import Problems
internal import Repository
public import Snapshot

/// Creates the roles of a snapshot that a server lacks; those that it has stay as they are.
public struct RoleRestore: Sendable {
  /// What was done.
  public struct Outcome: Sendable, Equatable {
    /// The roles that were created.
    public var created: [String]
    /// The roles that were there and were left alone.
    public var present: [String]
    /// What the server refused, or the snapshot does not know.
    public var omissions: [String]
  }

  private let content: SnapshotContent
  private let settings: ConnectionSettings
  private let roles: RoleMap

  /// Takes the roles of a snapshot.
  ///
  /// - Parameters:
  ///   - content: The snapshot.
  ///   - settings: Any database of the server.
  ///   - roles: Which roles stand for others.
  public init(of content: SnapshotContent, on settings: ConnectionSettings, roles: RoleMap) {
    self.content = content
    self.settings = settings
    self.roles = roles
  }

  /// Creates them, in one transaction.
  ///
  /// - Returns: What was created, and what was left out.
  /// - Throws: `restore.no-globals` where the snapshot has no roles; a `Problem` of the server.
  public func run() throws -> Outcome {
    let reader = try content.repository.makeReader()
    let globals = Globals(try content.text(content.manifest.definition.globals, reader))
    guard !globals.statements.isEmpty else {
      throw Problem(
        .refused,
        code: "restore.no-globals",
        "the snapshot holds no roles; nothing was changed",
        reason: "whoever took it could not read them",
        hint: "Create the roles by hand, or restore without --with-roles."
      )
    }
    do {
      let connection = try Connection.open(settings)
      return try connection.transaction { try create(globals, connection) }
    } catch let error as PostgresError {
      throw error.problem("cannot create the snapshot's roles")
    }
  }

  private func create(_ globals: Globals, _ connection: Connection) throws -> Outcome {
    let there = Set(
      try connection.execute("SELECT rolname FROM pg_catalog.pg_roles").map { $0.string("rolname") }
    )
    var outcome = Outcome(created: [], present: [], omissions: [])
    let statements = globals.statements.map { RoleStatement($0) }
    for case .create(let role) in statements.map(\.kind) {
      let name = roles[role]
      if there.contains(name) {
        outcome.present.append(name)
      } else if try attempt("CREATE ROLE \(SQL.identifier(name))", connection) == nil {
        outcome.created.append(name)
      } else {
        outcome.omissions.append("role \(name)")
      }
    }
    if connection.reported("is_superuser") != "on" {
      outcome.omissions += try join(outcome.created, connection)
    }
    let created = Set(outcome.created)
    for statement in statements {
      for part in statement.parts(of: created, roles) {
        guard let refusal = try attempt(part.sql, connection) else { continue }
        outcome.omissions.append("\(part.label): \(refusal)")
      }
    }
    if !content.manifest.definition.hasPasswords && !created.isEmpty {
      outcome.omissions.append("passwords of roles, which the snapshot does not have")
    }
    return outcome
  }

  /// Makes the role that restores a member of the new roles, or it could give them nothing.
  private func join(_ created: [String], _ connection: Connection) throws -> [String] {
    try created.compactMap { role in
      let options = connection.serverMajor >= 16 ? " WITH INHERIT TRUE, SET TRUE" : ""
      let sql = "GRANT \(SQL.identifier(role)) TO CURRENT_USER\(options)"
      return try attempt(sql, connection).map { "membership in \(role): \($0)" }
    }
  }

  /// Runs a statement; the server's words where it refuses, nil where it was done.
  private func attempt(_ sql: String, _ connection: Connection) throws(PostgresError) -> String? {
    // Not allowed, unknown here, a value that this version does not take, or a circle of roles.
    let refusals = ["42501", "42704", "22023", "0LP01", "42601"]
    return try connection.attempt(sql) { refusals.contains($0.sqlState ?? "") }?.message
  }
}
