internal import Bytes
public import Cluster
internal import Cryptography
public import Postgres
internal import Problems
public import Processes
public import Snapshot
internal import Synchronization

/// A copy of production on a server that a person named: with production's roles and name, and gone
/// afterwards.
///
/// That server serves others too, and nobody keeps what runs there away from it. So roles are poorer
/// than on a server of Drydock's own: none may make roles or databases, and only two can log in, with
/// passwords that nobody else knows.
public final class NamedScratch: Scratch {
  /// The way in for whoever was named.
  public let administration: ConnectionSettings
  /// The copy's own database; its settings hold for whoever has none of his own.
  private let database: ConnectionSettings
  private let content: SnapshotContent
  private let migrator: String
  private let passwords: [ExactText: String]
  /// Set while this process is alone on it.
  private let server = Mutex<NamedServer?>(nil)

  /// Nothing is known of it.
  public var isolation: Isolation { .none }
  /// `host:port`.
  public var namedServer: String? { server.withLock { $0?.place } }

  private init(
    _ address: ConnectionSettings,
    _ content: SnapshotContent,
    _ migrator: String
  ) throws {
    database = address.database(content.manifest.database.name)
    administration = ScratchPower.sheltered(database)
    (self.content, self.migrator) = (content, migrator)
    try ScratchPower.requireOther(migrator)
    let roles = [migrator, ScratchDatabase.loader]
    passwords = Dictionary(
      try roles.map { (ExactText($0), Hex.text(try Randomness.bytes(24))) }
    ) { first, _ in first }
  }

  /// The way in for the migrator, or for whoever loads rows; nobody else has one.
  public func settings(role: String) -> ConnectionSettings {
    database.with("user", role).with("password", passwords[ExactText(role)])
  }

  /// Nil: nobody keeps programs away from anything here.
  public func client(_ program: String, _ arguments: [String]) -> Invocation? { nil }

  /// Makes production's roles, tablespaces and an empty database there.
  ///
  /// What a killed rehearsal left on the server is removed first.
  ///
  /// - Parameters:
  ///   - address: The server, as a superuser of it.
  ///   - content: The snapshot that will be restored.
  ///   - role: The migrator.
  ///   - note: Told what is otherwise there than on a server of Drydock's own.
  /// - Returns: The empty database; `remove()` takes everything away.
  /// - Throws: A `Problem` when it cannot be there; nothing is left behind then.
  public static func start(
    on address: ConnectionSettings,
    like content: SnapshotContent,
    role: String,
    note: (String) -> Void
  ) throws -> NamedScratch {
    do {
      let scratch = try NamedScratch(address, content, role)
      try scratch.server.withLock { server in
        let entered = try NamedServer.enter(address, for: content.manifest)
        for remark in entered.facts.remarks(besides: content.manifest.server) { note(remark) }
        try scratch.clear(entered)
        do {
          try scratch.make(on: entered)
        } catch {
          // The first error is the one to report; the next rehearsal removes what stays.
          try? entered.register.removeAll()
          throw error
        }
        server = entered
      }
      return scratch
    } catch let error as PostgresError {
      throw error.problem("cannot prepare the scratch server")
    }
  }

  /// Removes the database, the tablespaces and the roles.
  public func remove() throws {
    do {
      try server.withLock { try $0?.register.removeAll() }
    } catch let error as PostgresError {
      var problem = error.problem("what the rehearsal made on \(namedServer ?? "") is still there")
      problem.code = "scratch.not-removed"
      problem.hint = "The next rehearsal on that server removes it."
      throw problem
    }
  }

  /// Removes what a killed rehearsal left, and makes sure that no name is taken.
  private func clear(_ server: NamedServer) throws {
    try server.register.open()
    try server.register.removeAll()
    try server.requireFree(
      content.manifest,
      roles: try roles(on: server).names(migrator: migrator),
      tablespaces: try ScratchTablespaces.names(in: content)
    )
    try server.register.open()
  }

  private func roles(on server: NamedServer) -> ScratchRoles {
    ScratchRoles(connection: server.connection, content: content, isAlone: false)
  }

  private func make(on server: NamedServer) throws {
    let (connection, database) = (server.connection, content.manifest.database)
    let roles = roles(on: server)
    try server.register.makeRoles(try roles.names(migrator: migrator))
    try roles.create(migrator: migrator)
    for name in try ScratchTablespaces.names(in: content) {
      try server.register.makeTablespace(name)
    }
    try server.register.makeDatabase(database.name, owner: database.owner) {
      database.creation(on: connection.serverMajor, as: $0)
    }
    let settings = NamedSettings(connection: connection, database: database.name)
    try settings.setBack()
    try settings.set(content.manifest.server.sessionSettings)
    try database.applySettings(connection)
    for role in passwords.keys.sorted().map(\.text) {
      try letIn(role, connection)
      try requireLogin(role)
    }
  }

  private func letIn(_ role: String, _ connection: Connection) throws {
    let verifier = try connection.passwordVerifier(passwords[ExactText(role)] ?? "", for: role)
    try connection.execute(
      "ALTER ROLE \(SQL.identifier(role)) LOGIN PASSWORD \(SQL.literal(verifier))"
    )
  }

  private func requireLogin(_ role: String) throws {
    do {
      _ = try Connection.open(settings(role: role))
    } catch {
      var problem = error.problem("the scratch server does not let role \(role) in")
      problem.kind = .refused
      problem.code = "scratch.no-login"
      problem.hint =
        "A rehearsal logs in there with passwords that it makes for itself. Its pg_hba.conf needs a"
        + " line for database \(content.manifest.database.name) that takes scram-sha-256 from here."
      throw problem
    }
  }
}
