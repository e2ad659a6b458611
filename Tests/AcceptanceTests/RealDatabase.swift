import Files
import Postgres
import Processes
import TestSupport

/// The real databases that the suites read.
enum RealDatabase: String, CaseIterable, Sendable {
  case chinook
  case cosims
  case employees
  case musicbrainz
  case northwind
  case pagila
  case world

  /// Each database with each server that can hold it.
  static let cases: [Case] = allCases.flatMap { database in
    TestServer.allCases.filter { database.loads(on: $0) }.map {
      Case(database: database, server: $0)
    }
  }

  /// A database on a server.
  struct Case: Sendable, CustomStringConvertible {
    let database: RealDatabase
    let server: TestServer
    var description: String { "\(database.rawValue) on \(server)" }
  }

  /// The build of 18 that tests use has neither `uuid-ossp` nor ICU.
  private func loads(on server: TestServer) -> Bool {
    server == .v15 || (self != .cosims && self != .musicbrainz)
  }

  /// Fills a database; false, and one line, where the real inputs are not there.
  func load(into database: ConnectionSettings, on server: TestServer) throws -> Bool {
    let directory: String
    do {
      directory = try SharedInputs.real()
    } catch {
      print("\(rawValue) is left out: \(error)")
      return false
    }
    let place = try TemporaryDirectory(prefix: "load")
    let script = "\(place.path)/\(rawValue).sql"
    try Invocation("zstd", ["-dqo", script, "\(directory)/databases/\(rawValue).sql.zst"])
      .run().checked()
    try makeRoles(database)
    try Psql.run(file: script, on: database, server: server)
    return true
  }

  private func makeRoles(_ database: ConnectionSettings) throws {
    guard self == .cosims else { return }
    for role in ["web_anonymous", "authenticator", "cosims"] {
      try Connection.open(database).makeRole(role)
    }
  }
}

extension Connection {
  /// Makes a role of the shared cluster unless another test has.
  func makeRole(_ name: String, _ attributes: String = "") throws {
    try execute(
      """
      DO $drydock$ BEGIN
        PERFORM pg_advisory_xact_lock(4711);
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = \(SQL.literal(name))) THEN
          CREATE ROLE \(SQL.identifier(name)) \(attributes);
        END IF;
      END $drydock$
      """
    )
  }
}
