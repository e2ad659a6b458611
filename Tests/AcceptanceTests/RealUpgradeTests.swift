import Foundation
import Postgres
import TestSupport
import Testing

@Suite("Real databases move to a later version")
struct RealUpgradeTests {
  /// Those that both test servers can hold; all of them with `DRYDOCK_TEST_ALL=1`.
  private static var databases: [RealDatabase] {
    ProcessInfo.processInfo.environment["DRYDOCK_TEST_ALL"] == "1"
      ? [.chinook, .employees, .northwind, .pagila, .world] : [.pagila]
  }

  @Test("A snapshot of 15 restores into 18 as psql would have loaded it", arguments: databases)
  func upgrade(database: RealDatabase) throws {
    try withDatabase(on: .v15) { source in
      guard try database.load(into: source, on: .v15) else { return }
      let user = try Drydock(on: .v15)
      try user.backup(source)
      try expectUpgrade(of: source, .init(source: .v15, target: .v18), with: user)
    }
  }
}
