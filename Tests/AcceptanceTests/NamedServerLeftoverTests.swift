import Foundation
import Postgres
import Processes
import TestSupport
import Testing

@Suite("What a rehearsal makes on a named server is removed, and nothing else", .serialized)
struct NamedServerLeftoverTests {
  /// Objects that look like a rehearsal's, and are somebody else's.
  private static let lookalikes = """
    CREATE ROLE drydock_scratch_loader_of_somebody; CREATE ROLE drydock_scratch_x;
    SET allow_in_place_tablespaces = on;
    """

  /// Waits until a patch sleeps in the scratch.
  private func waitForSleeper(_ child: Child, on server: RehearsalServer) throws {
    let eye = try Connection.open(server.address())
    let query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
    try Wait.asLongAs(child.status == nil && eye.execute(query).int == 0)
    #expect(child.status == nil, "it ended before it slept")
  }

  /// Waits until the server has noticed that whoever rehearsed there is gone.
  private func waitForLock(on server: RehearsalServer) throws {
    let eye = try Connection.open(server.address())
    let query = """
      SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database
      WHERE locktype = 'advisory' AND datname = 'postgres'
      """
    try Wait.asLongAs(eye.execute(query).int != 0)
  }

  @Test("A run that is killed leaves what the next one removes; what looks alike stays")
  func killed() throws {
    let server = try RehearsalServer(on: .v15)
    let other = try Connection.open(server.address())
    try other.execute(Self.lookalikes)
    try other.execute("CREATE TABLESPACE drydock_scratch_y LOCATION ''")
    try other.execute("CREATE DATABASE drydock_scratch_0123456789abcdef01234567")
    try withDatabase(on: .v15) { database in
      let shop = try NamedServerShop(database, on: .v15, server)
      try shop.user.write(patch: "0001_slow.sql", "SELECT pg_sleep(600);\n")
      let child = try shop.user.invocation(shop.words("rehearse")).start()
      try waitForSleeper(child, on: server)
      let busy = try shop.run("rehearse")
      #expect(busy.code == 6, "\(busy)")
      #expect(busy.errors.contains("another rehearsal works on the scratch server"), "\(busy)")
      child.signal(.kill)
      _ = try child.wait(timeLimit: .seconds(30))
      #expect(try server.inventory() != shop.before)
      // The server frees the lock when it notices that its client is gone.
      try waitForLock(on: server)
      try shop.user.write(patch: "0001_slow.sql", "CREATE TABLE a (i int);\n")
      try shop.run("rehearse").require(0)
      #expect(try server.inventory() == shop.before)
      try shop.tidy()
    }
  }

  /// Where a run is killed: between what is written down and what is made, and while it tidies up.
  private static let places = [
    "statement after: CREATE DATABASE", "statement before: DROP OWNED",
    "statement before: CREATE SCHEMA drydock_scratch", "statement before: COMMIT",
    "statement before: ALTER DATABASE drydock_scratch_", "statement after: CREATE TABLESPACE",
    "statement before: DROP DATABASE", "statement after: DROP ROLE",
  ]

  @Test("Wherever it is killed, the next run finds all of it")
  func anywhere() throws {
    let isWhole = ProcessInfo.processInfo.environment["DRYDOCK_TEST_ALL"] == "1"
    let places = isWhole ? Self.places : Array(Self.places.prefix(2))
    print("only \(places.count) of \(Self.places.count) places of a kill are tried")
    let server = try RehearsalServer(on: .v15)
    try withDatabase(on: .v15) { database in
      let shop = try NamedServerShop(database, on: .v15, server)
      let space = "space_" + String(UInt32.random(in: .min ... .max), radix: 36)
      let production = try Connection.open(database)
      try production.execute("SET allow_in_place_tablespaces = on")
      try production.execute("CREATE TABLESPACE \(space) LOCATION ''")
      try shop.user.backup(database)
      for place in places {
        try PausedRun(shop.user, shop.words("rehearse"), at: place).kill()
        try waitForLock(on: server)
        let run = try shop.run("rehearse")
        #expect(run.code == 0, "\(place): \(run)")
        #expect(try server.inventory() == shop.before, "\(place)")
      }
      try production.execute("DROP TABLESPACE \(space)")
      try shop.tidy()
    }
  }

  @Test("Ctrl-C and an error leave nothing there")
  func stopped() throws {
    let server = try RehearsalServer(on: .v15)
    try withDatabase(on: .v15) { database in
      let shop = try NamedServerShop(database, on: .v15, server)
      try shop.user.write(patch: "0001_slow.sql", "SELECT pg_sleep(600);\n")
      let child = try shop.user.invocation(shop.words("rehearse")).start()
      try waitForSleeper(child, on: server)
      child.signal(.interrupt)
      #expect(try child.wait(timeLimit: .seconds(60)) == .exited(130))
      #expect(try server.inventory() == shop.before)
      // Production has it in another text: no rehearsal can catch up.
      try shop.user.write(patch: "0001_slow.sql", "SELECT 1;\n")
      try shop.user.run([
        "migrate", "--database", shop.migrator.argument, "--without-receipt", "--because", "a test",
      ]).require(0)
      try shop.user.write(patch: "0001_slow.sql", "SELECT 2;\n")
      let failed = try shop.run("rehearse")
      #expect(failed.code == 3, "\(failed)")
      #expect(failed.errors.contains("its file is not the same"), "\(failed)")
      #expect(try server.inventory() == shop.before)
      try shop.tidy()
    }
  }

  @Test("Somebody's database of a name that was written down is not a rehearsal's")
  func register() throws {
    let server = try RehearsalServer(on: .v15)
    try withDatabase(on: .v15) { database in
      let shop = try NamedServerShop(database, on: .v15, server)
      let place = "statement before: GRANT pg_read_all_data"
      try PausedRun(shop.user, shop.words("rehearse"), at: place).kill()
      let other = try Connection.open(server.address())
      // Its role is dropped by hand and made anew; another kind of the same name was never ours.
      try other.execute("DROP ROLE \(shop.role)")
      try other.execute("CREATE ROLE \(shop.role)")
      try waitForLock(on: server)
      let refused = try shop.run("rehearse")
      #expect(refused.code == 3, "\(refused)")
      #expect(refused.errors.contains("roles of production exist"), "\(refused)")
      #expect(try server.inventory() == (shop.before + ["role \(shop.role)"]).sorted())
      try other.execute("DROP ROLE \(shop.role)")
      // A register that others may write to says nothing.
      try other.execute("CREATE ROLE other; CREATE SCHEMA drydock_scratch AUTHORIZATION other")
      try other.execute("CREATE TABLE drydock_scratch.made (kind text, name text, oid oid)")
      try other.execute("INSERT INTO drydock_scratch.made VALUES ('role', 'other', NULL)")
      let foreign = try shop.run("rehearse")
      #expect(foreign.code == 3, "\(foreign)")
      #expect(foreign.errors.contains("is not one of Drydock's"), "\(foreign)")
      #expect(try server.inventory().contains("role other"))
      try shop.tidy()
    }
  }
}
