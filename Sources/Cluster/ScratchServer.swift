public import Postgres
internal import Files
internal import FoundationEssentials
internal import Problems
internal import Processes
internal import Synchronization

/// A private PostgreSQL server for a rehearsal, a proof or a test, gone when nobody needs it.
///
/// It listens on a Unix socket in a directory that only its own user may enter, has an environment
/// of a few harmless variables, no network and a user of its own where the machine allows.
/// Everything it writes lies in one directory, which `remove` takes away; after a crash of ours the
/// next start does.
public final class ScratchServer: Sendable {
  /// How a server is asked to stop (PostgreSQL manual, "Shutting Down the Server").
  public enum StopMode: Sendable {
    /// Sessions are ended, data written: the server can be started again at once.
    case fast
    /// Nothing is written; for a server that is about to be removed.
    case immediate
  }

  /// The only superuser of a fresh server.
  public static let superuser = "postgres"
  /// The port, which only names the socket.
  public static let port = 5432

  /// The programs that run it.
  public let binaries: ServerBinaries
  /// What it was asked to be like.
  public let options: ScratchOptions
  /// How far it is kept away from this machine.
  public let isolation: Isolation
  let confinement: Confinement
  let directory: ScratchDirectory
  private let child = Mutex<Child?>(nil)

  init(
    binaries: ServerBinaries,
    options: ScratchOptions,
    confinement: Confinement,
    directory: ScratchDirectory
  ) {
    self.binaries = binaries
    self.options = options
    self.confinement = confinement
    self.directory = directory
    isolation = Isolation(confinement)
  }

  deinit {
    endProcess()
    // What cannot be removed now is removed by the next run; a deinit has no way to report it.
    try? directory.remove()
  }

  /// The major version.
  public var major: Int { binaries.major }
  /// The directory of its socket, for libpq's `host`.
  public var socketDirectory: String { directory.socket }
  /// The directory that holds everything it writes.
  public var path: String { directory.path }
  /// Its data directory.
  public var dataDirectory: String { directory.data }
  /// The postmaster's process id while it runs.
  public var pid: Int32? { child.withLock { $0?.pid } }
  /// Its port; see `Self.port`.
  public var port: Int { Self.port }

  /// How to connect to one of its databases, as the superuser unless another role is named.
  public func settings(
    database: String = "postgres",
    user: String = ScratchServer.superuser
  ) -> ConnectionSettings {
    ConnectionSettings(keywords: [
      "host": socketDirectory, "port": String(port), "dbname": database, "user": user,
      "sslmode": "disable", "gssencmode": "disable",
    ])
  }

  /// Makes a data directory, starts a server in it and waits until it accepts connections.
  ///
  /// Directories that dead owners left behind are removed first. Blocks. Throws
  /// `cluster.wrong-major`, `cluster.no-server`, `cluster.path-too-long`, `cluster.not-started`.
  public static func start(_ options: ScratchOptions = ScratchOptions()) throws -> ScratchServer {
    try start(options) { server in try server.initialise() }
  }

  /// Makes a directory, lets somebody put a data directory there, and starts a server in it.
  static func start(
    _ options: ScratchOptions,
    checkedBy user: String = ScratchServer.superuser,
    filling fill: (ScratchServer) throws -> Void
  ) throws -> ScratchServer {
    let binaries = try ServerBinaries.find(major: options.major, in: options.binaries)
    let parent = options.parentDirectory ?? TemporaryDirectory.systemDirectory
    let confinement = Confinement.forScratch
    try ScratchDirectory.removeDead(in: parent)
    let directory = try ScratchDirectory.make(in: parent, user: confinement.user)
    let server = ScratchServer(
      binaries: binaries,
      options: options,
      confinement: confinement,
      directory: directory
    )
    try server.checkSocketPath()
    try fill(server)
    try server.startAgain(checkedBy: user)
    return server
  }

  /// Stops the server, whose files stay until `remove`.
  ///
  /// One that does not run is no error.
  public func stop(_ mode: StopMode = .fast) throws {
    guard let running = child.withLock({ $0 }) else { return }
    running.signal(mode == .fast ? .interrupt : .quit)
    if try running.wait(timeLimit: .seconds(60)) == nil { running.terminate() }
    child.withLock { $0 = nil }
  }

  /// Stops the server at once and removes everything that it wrote.
  public func remove() throws {
    endProcess()
    try directory.remove()
  }

  /// Starts the server, the first time or after `stop`, and waits until it accepts connections.
  ///
  /// - Parameter user: A superuser who can be asked whether it is this server that answers.
  /// - Throws: `cluster.not-started`.
  public func startAgain(checkedBy user: String = ScratchServer.superuser) throws {
    let arguments = options.serverSettings(socketDirectory: socketDirectory)
      .sorted { $0.key < $1.key }
      .flatMap { ["-c", "\($0.key)=\($0.value)"] }
    let log = try LogFile(path: directory.log)
    defer { withExtendedLifetime(log) {} }
    let started = try invocation("postgres", ["-D", dataDirectory] + arguments)
      .start(log: log.descriptor)
    child.withLock { $0 = started }
    do {
      try waitUntilReady(started, user)
    } catch {
      endProcess()
      throw error
    }
  }

  /// The last lines of the server's log, for a problem that it explains; they may hold row data.
  public func logTail(lines: Int = 20) throws -> String {
    let file = try ReadableFile(path: directory.log)
    let size = try file.size()
    let text = String(decoding: try file.read(max(0, size - (64 << 10))..<size), as: UTF8.self)
    return text.split(separator: "\n").suffix(lines).joined(separator: "\n")
  }

  private func initialise() throws {
    let arguments = options.initdbArguments(dataDirectory: dataDirectory, major: major)
    let outcome = try invocation("initdb", arguments).run(timeLimit: .seconds(120))
    guard outcome.status.isSuccess else {
      throw notStarted(outcome.errors.isEmpty ? outcome.text : outcome.errors)
    }
  }

  func invocation(_ program: String, _ arguments: [String]) -> Invocation {
    var environment = EnvironmentWhitelist.scratch.ofThisProcess()
    environment["LC_ALL"] = "C"
    return Invocation(
      binaries.path(program),
      arguments,
      environment: environment,
      directory: directory.home,
      confinement: confinement
    )
  }

  private func waitUntilReady(_ started: Child, _ user: String) throws {
    let deadline = ContinuousClock.now + options.startLimit
    var lastWords = ""
    while ContinuousClock.now < deadline {
      if let status = try started.wait(timeLimit: .milliseconds(20)) {
        throw notStarted("\(status)\n\(try logTail())")
      }
      do throws(PostgresError) {
        return try checkIdentity(try Connection.open(settings(user: user)))
      } catch {
        lastWords = error.reason
      }
    }
    throw notStarted("it accepted no connection in \(options.startLimit): \(lastWords)")
  }

  /// Makes sure that we speak to the server that we started.
  ///
  /// A `PGHOSTADDR` in our environment would lead libpq elsewhere, maybe to production.
  private func checkIdentity(_ connection: Connection) throws(PostgresError) {
    let found = try connection.query("SHOW data_directory", []).value
    guard found == dataDirectory else {
      throw PostgresError(
        message: "the connection led to another server; unset PGHOSTADDR and PGSERVICE"
      )
    }
  }

  /// A socket's path has at most 107 bytes; see unix(7).
  private func checkSocketPath() throws {
    let socket = "\(socketDirectory)/.s.PGSQL.\(Self.port)"
    guard socket.utf8.count > 107 else { return }
    throw Problem(
      .usage,
      code: "cluster.path-too-long",
      "the path of the scratch server's socket would be longer than the 107 bytes that are allowed",
      facts: [.init("socket", socket)],
      hint: "Set TMPDIR to a directory with a shorter path, such as /tmp."
    )
  }

  private func notStarted(_ reason: String) -> Problem {
    Problem(
      code: "cluster.not-started",
      "the scratch server of PostgreSQL \(major) did not start",
      reason: reason.split(separator: "\n").joined(separator: "\n"),
      facts: [
        .init("programs", binaries.directory), .init("directory", directory.path),
        .init("user", confinement.user?.name ?? "the user of this process"),
      ],
      hint: Self.advice(reason)
    )
  }

  /// What to do about the words with which a server, or initdb, gave up.
  static func advice(_ reason: String) -> String {
    if reason.contains("No space left on device") {
      return "Free space in the temporary directory, or set TMPDIR to a larger file system."
    }
    return "The scratch server's user must be able to run the programs and to reach the directory; "
      + "TMPDIR chooses another one."
  }

  private func endProcess() {
    guard let running = child.withLock({ $0 }) else { return }
    running.signal(.quit)
    if (try? running.wait(timeLimit: .seconds(5))) ?? nil == nil { running.terminate() }
    child.withLock { $0 = nil }
  }
}
