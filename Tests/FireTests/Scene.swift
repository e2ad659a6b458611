import Cluster
import Foundation
import ObjectStore
import Postgres
import Problems
import Repository
import Snapshot
import Synchronization
import TestSupport

@testable import Backup

/// A database and a repository of its own, in which steps happen in an exact order.
struct Scene: Sendable {
  /// A snapshot with what is wrong in it.
  struct Shot: Sendable {
    let result: BackupRun.Result
    let differences: [Difference]

    var manifest: Manifest { result.manifest }

    /// How every table was read, for a message.
    var readings: [String] {
      manifest.tables.map { "\($0.name), \($0.reading.way): \($0.reading.reason)" }
    }

    /// How a table was read.
    func reading(of table: String) -> Manifest.Reading? {
      manifest.tables.first { $0.name == table }?.reading
    }
  }

  let server: FireServer
  private(set) var store: MemoryStore
  private(set) var repository: Repository
  let settings: ConnectionSettings
  /// What every snapshot of the scene is asked for.
  var options = BackupOptions()

  /// Makes an empty database on the server that all scenes of a version share.
  init(on version: TestServer, omitting omitted: Set<Precaution> = []) throws {
    server = try StageServers.server(version)
    store = MemoryStore()
    repository = try Repository.create(in: store, encryption: .none)
    let name = "scene_\(UInt64.random(in: .min ... .max))"
    try Connection.open(server.scratch.settings()).execute(
      "CREATE DATABASE \(name) TEMPLATE template0"
    )
    settings = server.scratch.settings(database: name)
    options.binaryDirectory = server.scratch.binaries.directory
    options.horizonWait = 5
    options.omitted = omitted
    try sql("CREATE EXTENSION pageinspect")
  }

  /// The same database with a copy of the repository, for a snapshot that goes its own way.
  func fork() throws -> Scene {
    var copy = self
    copy.store = MemoryStore(store.contents)
    copy.repository = try Repository.open(copy.store, passphrase: nil)
    return copy
  }

  /// The database's name.
  var database: String { settings.keywords["dbname"] ?? "" }

  /// Runs statements one by one, each in a transaction of its own, as VACUUM needs it.
  func sql(_ statements: String...) throws {
    let connection = try Connection.open(settings)
    for statement in statements { try connection.execute(statement) }
  }

  /// Runs statements in another database of the server.
  func maintenance(_ statements: String...) throws {
    let connection = try Connection.open(server.scratch.settings())
    for statement in statements { try connection.execute(statement) }
  }

  /// Waits until a query says true, since something else in the server has to happen first.
  func wait(until condition: String) throws {
    let connection = try Connection.open(settings)
    while try !connection.execute("SELECT \(condition)").bool {
      Thread.sleep(forTimeInterval: 0.01)
    }
  }

  /// Makes the table `t` of some hundred pages.
  ///
  /// VACUUM sets the hints, which would otherwise lift every page's LSN when it is read first, where
  /// data checksums are on.
  func makeTable(_ rows: Int = 3000, columns: String = "") throws {
    try sql(
      "CREATE TABLE t (id int, n int, pad text\(columns)) WITH (autovacuum_enabled = off)",
      "INSERT INTO t SELECT g, 0, repeat('x', 300) FROM generate_series(1, \(rows)) g",
      "VACUUM t"
    )
  }

  /// Takes a snapshot and compares it with a full read at its instant.
  @discardableResult
  func snapshot(
    _ change: (inout BackupOptions) -> Void = { _ in },
    whenOpen: @escaping @Sendable () throws -> Void = {}
  ) async throws -> Shot {
    var options = options
    change(&options)
    // What came before shall lie in a summary of its own, and not in that of the changes.
    if options.checkpoint == .force { try sql("CHECKPOINT") }
    let oracle = Oracle(settings, seed: repository.digestSeed)
    var run = BackupRun(of: settings, into: repository, options: options)
    run.onOpening = { try await Lane("scene").run(whenOpen) }
    run.onRowsRead = { try await oracle.look(at: $0) }
    let result = try await run.run()
    return Shot(
      result: result,
      differences: try Difference.between(result, in: repository, oracle)
    )
  }
}

/// One server a version for all scenes: they follow each other, and each has a database of its own.
private enum StageServers {
  private static let running = Mutex<[TestServer: Result<FireServer, any Error>]>([:])

  static func server(_ version: TestServer) throws -> FireServer {
    let start = running.withLock { servers in
      if servers.isEmpty { atexit { StageServers.removeAll() } }
      if let known = servers[version] { return known }
      let started = Result { try FireServer(version, autovacuum: false) }
      servers[version] = started
      return started
    }
    return try start.get()
  }

  private static func removeAll() {
    for case .success(let server) in running.withLock({ $0 }).values {
      do { try server.scratch.remove() } catch { print("a server was left behind: \(error)") }
    }
  }
}
