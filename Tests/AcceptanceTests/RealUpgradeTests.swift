import Postgres
import TestSupport
import Testing

@Suite("Real databases move to a later version")
struct RealUpgradeTests {
  @Test(
    "A snapshot of 15 restores into 18 as psql would have loaded it",
    arguments: RealDatabase.upgrades
  )
  func upgrade(database: RealDatabase) throws {
    try withDatabase(on: .v15) { source in
      guard try database.load(into: source, on: .v15, for: .v18) else { return }
      let user = try Drydock(on: .v15)
      try user.backup(source)
      try expectUpgrade(of: source, .init(from: .v15, to: .v18), with: user) {
        for copy in [$0, $1] { try database.prepare(copy, on: .v18) }
      }
    }
  }
}
