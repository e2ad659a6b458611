public import Cluster
internal import Foundation
public import Postgres
internal import Problems
internal import Synchronization

/// The PostgreSQL versions that every test of the database's side runs on.
///
/// Each version's server is started once for each test process, when the first test asks for it, and
/// stopped at exit. A test process that is killed leaves its server to the next one, which removes
/// it. Tests share the server and have a fresh database each.
public enum TestServer: Int, CaseIterable, Sendable, CustomStringConvertible {
  /// PostgreSQL 15, the one of Debian 12.
  case v15 = 15
  /// PostgreSQL 18, whose programs lie where `DRYDOCK_TEST_PG18` says.
  case v18 = 18

  /// The name in test reports.
  public var description: String { "PostgreSQL \(rawValue)" }

  /// One of the versions, in turn from line to line; with `DRYDOCK_TEST_BOTH=1` all of them.
  ///
  /// For suites of which each test takes long, and most of what it tries is ours, not the server's.
  ///
  /// - Parameter line: Where the test is.
  /// - Returns: What the test runs on.
  public static func either(line: Int = #line) -> [TestServer] {
    let isBoth = ProcessInfo.processInfo.environment["DRYDOCK_TEST_BOTH"] == "1"
    return isBoth ? allCases : [allCases[line % allCases.count]]
  }

  /// What to start: this version, ready for many tests at once.
  ///
  /// Throws when version 18 is asked for and `DRYDOCK_TEST_PG18` is not set: a suite that skips it
  /// in silence would prove nothing.
  public func options() throws -> ScratchOptions {
    let settings = ["max_connections": "600", "max_locks_per_transaction": "256"]
    var options = ScratchOptions(major: rawValue, settings: settings)
    if self == .v18 {
      guard let directory = ProcessInfo.processInfo.environment["DRYDOCK_TEST_PG18"] else {
        throw Problem(
          .usage,
          code: "tests.no-server-18",
          "the tests need PostgreSQL 18",
          hint: "Set DRYDOCK_TEST_PG18 to the directory of its programs; scripts/test does."
        )
      }
      options.binaries = directory
    }
    return options
  }

  /// The shared server of this version, started when nobody has yet.
  public func shared() throws -> ScratchServer {
    let start = Self.running.withLock { servers in
      if servers.isEmpty { atexit { TestServer.removeAll() } }
      if let known = servers[self] { return known }
      let started = Result { try ScratchServer.start(try options()) }
      servers[self] = started
      return started
    }
    return try start.get()
  }

  private static let running = Mutex<[TestServer: Result<ScratchServer, any Error>]>([:])

  private static func removeAll() {
    let servers = running.withLock { servers in
      defer { servers = [:] }
      return servers
    }
    for case .success(let server) in servers.values {
      do { try server.remove() } catch { print("a test server was left behind: \(error)") }
    }
  }
}

/// Lends a fresh, empty database on the shared server of a version, and drops it afterwards.
///
/// - Parameters:
///   - server: the version.
///   - body: the test; it gets how to connect as the superuser.
/// - Returns: what `body` returned.
/// - Throws: what `body` threw, or why there is no server.
public func withDatabase<Value>(
  on server: TestServer,
  _ body: (ConnectionSettings) throws -> Value
) throws -> Value {
  let database = try FreshDatabase(on: server)
  let value = try body(database.settings)
  try database.drop()
  return value
}

/// Lends a fresh, empty database to a test that awaits.
///
/// - Parameters:
///   - server: the version.
///   - body: the test; it gets how to connect as the superuser.
/// - Returns: what `body` returned.
/// - Throws: what `body` threw, or why there is no server.
public func withDatabase<Value>(
  on server: TestServer,
  _ body: (ConnectionSettings) async throws -> Value
) async throws -> Value {
  let database = try FreshDatabase(on: server)
  let value = try await body(database.settings)
  try database.drop()
  return value
}

/// A database with a name that no other test uses.
///
/// One whose test failed stays until the server goes, so that it can be looked at.
private struct FreshDatabase {
  let settings: ConnectionSettings
  private let name: String
  private let maintenance: ConnectionSettings

  init(on server: TestServer) throws {
    name = "t_" + String(UInt64.random(in: .min ... .max), radix: 36)
    let shared = try server.shared()
    maintenance = shared.settings()
    settings = shared.settings(database: name)
    try Connection.open(maintenance).execute("CREATE DATABASE \(name) TEMPLATE template0")
  }

  func drop() throws {
    try Connection.open(maintenance).execute("DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
  }
}
