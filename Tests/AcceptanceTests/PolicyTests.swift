import Postgres
import TestSupport
import Testing

/// What a policy demands of a rehearsal, and of a migration.
@Suite("A policy")
struct PolicyTests {
  @Test("Each limit says no by its own words, and one that is kept says nothing")
  func limits() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      let connection = try Connection.open(database)
      try connection.execute(
        "CREATE TABLE item (id int); INSERT INTO item SELECT generate_series(1, 5000)"
      )
      try user.backup(database)
      try user.write(patch: "0001_late.sql", "CREATE TABLE late (a int);\n")
      let exempt = ["--without-receipt", "--because", "a test"]
      try user.run(["migrate", "--database", database.argument] + exempt).require(0)
      // Asleep for more than the second that the policy allows, and holding its locks.
      try user.write(
        patch: "0002_slow.sql",
        "ALTER TABLE item ALTER id TYPE bigint;\nALTER TABLE late ADD COLUMN b int;\n"
          + "SELECT pg_sleep(1.2);\n"
      )
      let path = "\(user.directory)/policy.yaml"
      func rehearse(_ policy: String) throws -> Run {
        try BoundShop.write(policy, to: path)
        return try user.run(["rehearse", "--database", database.argument, "--policy", path])
      }
      let strict = try rehearse(
        """
        limits: {lock: 1s, rewrite: 1K, wal: 1K, total: 1s}
        snapshot_max_age: 1s
        coverage: whole
        """
      )
      #expect(strict.code == 5, "\(strict)")
      let reasons = [
        "0002_slow.sql: locks others out of table public.item for ",
        "0002_slow.sql: writes table public.item (", "again; the policy allows 1024 bytes",
        "of write-ahead log; the policy allows 1024 bytes", "all patches: take ",
        "seconds; the policy allows 1.0 seconds",
        "snapshot: its data are", "has no row of table public.late; the policy wants every row",
      ]
      let words = strict.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      for reason in reasons { #expect(words.contains(reason), "\(reason): \(strict)") }
      let lax = try rehearse(
        """
        limits: {lock: 1h, rewrite: 1G, wal: 1G, total: 1h}
        snapshot_max_age: 1d
        coverage: none
        receipt_lifetime: 90m
        """
      )
      #expect(lax.code == 0 && lax.output.contains("good for 1 h 30 min"), "\(lax)")
    }
  }

  @Test("With strict drift, what changed far from the patches refuses too")
  func strictDrift() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      let connection = try Connection.open(database)
      try connection.execute("CREATE TABLE item (id int); CREATE TABLE other (id int)")
      try user.write(patch: "0001_price.sql", "ALTER TABLE item ADD COLUMN price int;\n")
      try BoundShop.write("drift: strict\n", to: "\(user.directory)/policy.yaml")
      let options = ["--database", database.argument, "--policy", "\(user.directory)/policy.yaml"]
      try user.backup(database)
      try user.run(["rehearse"] + options).require(0)
      try connection.execute("ALTER TABLE other ADD COLUMN told int")
      let run = try user.run(["migrate"] + options)
      #expect(run.code == 3, "\(run)")
      #expect(run.errors.contains("column public.other.told was added"), "\(run)")
    }
  }
}
