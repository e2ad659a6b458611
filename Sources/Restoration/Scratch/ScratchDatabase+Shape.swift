internal import Cluster
public import Postgres
internal import Problems
internal import Snapshot

extension ScratchDatabase {
  /// Starts a server with an empty database like a live one, in which a role may do everything.
  ///
  /// As on every scratch, production's roles are there without power or password.
  ///
  /// - Parameters:
  ///   - shape: What the live database stands on.
  ///   - role: The role that will work in it; it is made where it is missing.
  ///   - binaryDirectory: PostgreSQL's programs, where they should not be searched for.
  /// - Returns: The empty database; `server.remove()` takes everything away.
  /// - Throws: A `Problem` when there can be no such server; nothing is left behind then.
  public static func start(
    like shape: LiveShape,
    role: String,
    binaryDirectory: String?
  ) throws -> ScratchDatabase {
    let server = try ScratchServer.start(
      ScratchOptions(major: shape.major, binaries: binaryDirectory)
    )
    do {
      return try make(on: server, like: shape, role)
    } catch {
      // The first error is the one to report; the next start removes what stays.
      try? server.remove()
      if let error = error as? PostgresError {
        throw error.problem("cannot make an empty database like the live one")
      }
      throw error
    }
  }

  private static func make(
    on server: ScratchServer,
    like shape: LiveShape,
    _ role: String
  ) throws -> ScratchDatabase {
    let connection = try takeOver(server)
    try createRoles(of: shape, for: role, connection)
    try ScratchTablespaces(
      connection: connection,
      names: shape.tablespaces.map { SQL.identifier($0) }
    )
    .create()
    try connection.execute(
      shape.database.creation(on: shape.major, owner: shape.database.owner)
    )
    let name = SQL.identifier(shape.database.name)
    try connection.execute("GRANT ALL ON DATABASE \(name) TO \(SQL.identifier(role))")
    let scratch = ScratchDatabase(server: server, name: shape.database.name)
    try shape.database.applySettings(connection)
    return scratch
  }

  private static func createRoles(
    of shape: LiveShape,
    for role: String,
    _ connection: Connection
  ) throws {
    let names = Set(shape.roles.map(\.name) + [role, shape.database.owner]).sorted()
    for name in names { try connection.execute("CREATE ROLE \(SQL.identifier(name)) LOGIN") }
    for known in shape.roles {
      let words = [
        known.inherits ? "INHERIT" : "NOINHERIT",
        known.canCreateDatabases ? "CREATEDB" : "", known.canCreateRoles ? "CREATEROLE" : "",
      ]
      let name = SQL.identifier(known.name)
      try connection.execute("ALTER ROLE \(name) \(words.joined(separator: " "))")
    }
    for (member, group) in shape.memberships {
      // A predefined role of another version may be unknown here.
      try connection.execute(
        "GRANT \(SQL.identifier(group)) TO \(SQL.identifier(member))",
        expecting: ["42704"]
      )
    }
    guard shape.roles.contains(where: { $0.name == role && $0.isSuperuser }) else { return }
    // A migrator that is superuser may do here what an owner of everything may.
    try connection.execute("ALTER ROLE \(SQL.identifier(role)) CREATEDB CREATEROLE BYPASSRLS")
    for name in names where name != role {
      // 0LP01: the other role is a member of this one already, so it can do no more.
      try connection.execute(
        "GRANT \(SQL.identifier(name)) TO \(SQL.identifier(role))",
        expecting: ["0LP01"]
      )
    }
  }

  /// An empty database beside this one, filled with the plain dump of this one's schema: the same
  /// objects in the words in which a dump brings them back.
  ///
  /// - Parameters:
  ///   - name: The other database's name.
  ///   - shape: What both are like.
  ///   - binaryDirectory: The directory with `pg_dump`, where it should not be searched for.
  /// - Returns: How to connect to it.
  /// - Throws: A `Problem` where the dump does not load.
  public func makeRewordedNeighbour(
    _ name: String,
    like shape: LiveShape,
    binaryDirectory: String?
  ) throws -> ConnectionSettings {
    let user = Self.administrator
    try Connection.open(server.settings(database: "postgres", user: user))
      .execute(shape.database.creation(on: shape.major, as: name, owner: shape.database.owner))
    let dump = try Archive.plainDump(of: administration, binaryDirectory: binaryDirectory)
    let settings = server.settings(database: name, user: user)
    do {
      try Connection.open(settings).execute(dump)
    } catch {
      throw error.problem("the dump of the scratch database does not load")
    }
    return settings
  }
}
