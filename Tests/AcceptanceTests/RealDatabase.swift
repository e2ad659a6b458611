import Files
import Foundation
import Postgres
import Processes
import TestSupport
import Testing

/// The real databases that the suites read.
enum RealDatabase: String, CaseIterable, Sendable {
  case chinook
  case cosims
  case employees
  case musicbrainz
  case northwind
  case pagila
  case world

  /// Each database on one server, the two largest on 15; with `DRYDOCK_TEST_ALL=1` on both.
  static let cases: [Case] = allCases.enumerated().flatMap { place, database in
    let isLarge = [.cosims, .musicbrainz].contains(database)
    let usual = isLarge ? [.v15] : TestServer.either(line: place)
    let servers = isAll ? TestServer.allCases : usual
    return servers.map { Case(database: database, server: $0) }
  }

  /// Those that move from 15 to 18: one, or with `DRYDOCK_TEST_ALL=1` all of them.
  static let upgrades: [RealDatabase] = isAll ? allCases : [.pagila]

  private static let isAll = ProcessInfo.processInfo.environment["DRYDOCK_TEST_ALL"] == "1"

  /// A database on a server.
  struct Case: Sendable, CustomStringConvertible {
    let database: RealDatabase
    let server: TestServer
    var description: String { "\(database.rawValue) on \(server)" }
  }

  /// Fills a database whose copy may go to another server; false, and one line, where the real inputs
  /// are not there.
  func load(
    into database: ConnectionSettings,
    on server: TestServer,
    for target: TestServer? = nil
  ) throws -> Bool {
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
    if self == .musicbrainz, [server, target].contains(.v18) { try replaceCollation(in: script) }
    try prepare(database, on: server)
    try Psql.run(file: script, on: database, server: server)
    return true
  }

  /// Gives a database what a copy needs beforehand: roles, and extensions that the server lacks.
  func prepare(_ database: ConnectionSettings, on server: TestServer) throws {
    guard self == .cosims else { return }
    for role in ["web_anonymous", "authenticator", "cosims"] {
      try Connection.open(database).makeRole(role)
    }
    try StandInExtensions.offer(to: database, on: server)
  }

  /// The build of 18 knows no ICU; the one collation that needs it is another one there.
  private func replaceCollation(in script: String) throws {
    print("musicbrainz with PostgreSQL 18: without ICU, its one collation is of the C library")
    let icu = "(provider = icu, locale = '@colCaseFirst=lower;colNumeric=yes')"
    let edit = "s/\(icu)/(provider = libc, locale = 'C')/"
    try Invocation("sed", ["-i", edit, script]).run().checked()
    let left = try Invocation("grep", ["-c", "provider = icu", script]).run()
    #expect(left.text == "0\n", "the collation was not found")
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
