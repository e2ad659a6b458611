public import Cluster
internal import FoundationEssentials
public import Postgres
internal import Problems
public import Snapshot

/// A copy of production on a scratch server, in which strangers' code may run.
///
/// Roles and owners are restored, but nobody is superuser and nobody may run programs or read the
/// server's files: a low-privileged user's function in a materialised view ran a shell command when
/// it was restored as superuser (tested). Production's superusers become ordinary roles here.
public struct ScratchDatabase: Sendable {
  /// The superuser of the scratch, with a name that no production has.
  public static let administrator = "drydock_scratch_administrator"

  /// The superuser that a server starts with, under a name that gives production's away.
  static let bootstrap = "drydock_scratch_bootstrap"

  /// Who loads rows on the scratch: whatever production's roles may do, and no superuser.
  ///
  /// COPY runs the functions of check constraints, domains and generated columns as whoever loads.
  public static let loader = "drydock_scratch_loader"

  /// The server, which belongs to this database alone.
  public let server: ScratchServer
  /// The database's name, which is production's.
  public let name: String

  /// The way in for the administrator.
  public var administration: ConnectionSettings {
    server.settings(database: name, user: Self.administrator)
  }

  /// The way in for a role of production.
  public func settings(role: String) -> ConnectionSettings {
    server.settings(database: name, user: role)
  }

  /// Starts a server of production's major with roles and an empty database like production's.
  ///
  /// - Parameters:
  ///   - content: the snapshot that will be restored.
  ///   - role: a role that must be there, whatever the snapshot says: the migrator.
  ///   - binaryDirectory: PostgreSQL's programs, where they should not be searched for.
  ///   - isTrial: whether it is there to be filled and read once, so that nobody measures what it
  ///     writes, and nothing of it must outlive its server.
  /// - Returns: the empty database; `server.remove()` takes everything away.
  /// - Throws: a `Problem` when there can be no such server; nothing is left behind then.
  public static func start(
    like content: SnapshotContent,
    role: String,
    binaryDirectory: String?,
    isTrial: Bool = false
  ) throws -> ScratchDatabase {
    var options = options(like: content, binaryDirectory: binaryDirectory)
    if isTrial { options.settings.merge(trialSettings) { _, trial in trial } }
    let server = try ScratchServer.start(options)
    do {
      return try make(on: server, like: content, migrator: role)
    } catch {
      // The first error is the one to report; the next start removes what stays.
      try? server.remove()
      throw error
    }
  }

  /// Starts a copy of a scratch database that was kept under a key.
  ///
  /// - Parameters:
  ///   - key: The key under which its server was kept.
  ///   - cache: Where.
  ///   - content: The snapshot from which it was made.
  ///   - binaryDirectory: PostgreSQL's programs, where they should not be searched for.
  ///   - note: Told of a copy that is of no use and is removed.
  /// - Returns: The database as it was kept; nil where there is nothing of that key.
  /// - Throws: A `Problem` when the copy does not start; nothing is left behind then.
  public static func start(
    copying key: String,
    in cache: TemplateCache,
    like content: SnapshotContent,
    binaryDirectory: String?,
    note: (String) -> Void = { _ in }
  ) throws -> ScratchDatabase? {
    try ScratchServer.start(
      copying: key,
      in: cache,
      options(like: content, binaryDirectory: binaryDirectory),
      checkedBy: administrator,
      note: note
    ).map { ScratchDatabase(server: $0, name: content.manifest.database.name) }
  }

  /// Keeps a copy under a key, as far as it fits; the server runs again afterwards.
  ///
  /// - Returns: Whether it is kept.
  public func keep(as key: String, in cache: TemplateCache) throws -> Bool {
    try server.keep(as: key, in: cache, checkedBy: Self.administrator)
  }

  /// What a scratch server for a snapshot is like.
  public static func options(
    like content: SnapshotContent,
    binaryDirectory: String?
  ) -> ScratchOptions {
    let production = content.manifest.server
    return ScratchOptions(
      major: production.major,
      binaries: binaryDirectory,
      settings: production.scratchSettings.merging(content.manifest.schedulerSettings) { $1 }
    )
  }

  /// Fewer checkpoints, and no more WAL than must be.
  private static let trialSettings = [
    "wal_level": "minimal", "max_wal_senders": "0", "max_wal_size": "2GB",
    "checkpoint_timeout": "1h", "full_page_writes": "off", "synchronous_commit": "off",
    "maintenance_work_mem": "128MB",
  ]

  private static func make(
    on server: ScratchServer,
    like content: SnapshotContent,
    migrator: String
  ) throws -> ScratchDatabase {
    let database = content.manifest.database
    let connection = try takeOver(server)
    try ScratchRoles(connection: connection, content: content).create(migrator: migrator)
    try ScratchTablespaces(connection: connection, content: content).create()
    try connection.execute(
      database.creation(on: connection.serverMajor, owner: database.owner)
    )
    let scratch = ScratchDatabase(server: server, name: database.name)
    try database.applySettings(connection)
    return scratch
  }

  /// Makes the administrator, and returns a connection of his.
  static func takeOver(_ server: ScratchServer) throws -> Connection {
    let first = try Connection.open(server.settings())
    try ScratchPower.disarmPredefinedRoles(first)
    try first.execute("CREATE ROLE \(administrator) SUPERUSER LOGIN")
    try ScratchPower.shelter(administrator, first)
    let connection = try Connection.open(
      server.settings(database: "postgres", user: administrator)
    )
    // The bootstrap superuser gives its name away, so that production's role of that name is plain.
    try connection.execute(
      "ALTER ROLE \(ScratchServer.superuser) RENAME TO \(bootstrap)"
    )
    return connection
  }

  /// Another empty database beside this one, in the same encoding and locale.
  func makeNeighbour(_ name: String, like content: SnapshotContent) throws -> ConnectionSettings {
    let database = content.manifest.database
    let user = Self.administrator
    let connection = try Connection.open(server.settings(database: "postgres", user: user))
    try connection.execute(
      database.creation(on: connection.serverMajor, as: name, owner: database.owner)
    )
    return server.settings(database: name, user: user)
  }
}
