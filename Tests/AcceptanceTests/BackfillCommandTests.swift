import Cluster
import Foundation
import Postgres
import Processes
import TestSupport
import Testing

/// A shop whose orders get a total: one of them cannot have one.
struct BackfillShop {
  let user: Drydock
  let database: ConnectionSettings

  static let head = """
    -- drydock: backfill shop.orders as o by id
    -- drydock: left o.total IS NULL

    """
  static let statement =
    "UPDATE shop.orders o SET total = net / parts, done = done + 1 WHERE :batch;\n"

  init(_ database: ConnectionSettings, on server: TestServer, rows: Int = 3_000) throws {
    self.database = database
    user = try Drydock(on: server)
    try Connection.open(database).execute(
      """
      CREATE SCHEMA shop;
      CREATE TABLE shop.orders (id bigint PRIMARY KEY, net int NOT NULL, parts int NOT NULL,
        region text NOT NULL, total int, done int NOT NULL DEFAULT 0);
      INSERT INTO shop.orders SELECT i, 100 * i, CASE WHEN i = 2000 THEN 0 ELSE 1 + i % 3 END,
        CASE WHEN i % 2 = 0 THEN 'north' ELSE 'south' END FROM generate_series(1, \(rows)) i;
      """
    )
    try user.write(patch: "0001_total.backfill.sql", Self.head + Self.statement)
    try user.write(
      patch: "0002_not_null.sql",
      "ALTER TABLE shop.orders ALTER total SET NOT NULL;\n"
    )
  }

  func run(_ words: [String], _ more: [String] = []) throws -> Run {
    try user.run(words + ["--database", database.argument] + more)
  }

  func value(_ sql: String) throws -> String? { try Connection.open(database).query(sql, []).value }

  static let exempt = ["--without-receipt", "--because", "a test"]
}

@Suite("Backfills at the command line")
struct BackfillCommandTests {
  @Test(
    "Rehearsed, mended, migrated under its receipt: every row once, and what follows after it",
    arguments: TestServer.either()
  )
  func life(_ server: TestServer) throws {
    try withDatabase(on: server) { database in
      let shop = try BackfillShop(database, on: server)
      try shop.user.backup(database)
      let rehearsal = try shop.run(["rehearse"])
      #expect(rehearsal.code == 5, "\(rehearsal)")
      #expect(rehearsal.output.contains("has done all rows but 1"), "\(rehearsal)")
      #expect(rehearsal.output.contains("division by zero"), "\(rehearsal)")

      try Connection.open(database).execute("UPDATE shop.orders SET parts = 2 WHERE id = 2000")
      try shop.user.backup(database)
      let second = try shop.run(["rehearse"])
      #expect(second.code == 0, "\(second)")
      #expect(second.output.contains("runs in 5 batches"), "\(second)")
      #expect(second.output.contains(" of memory; on production "), "\(second)")
      #expect(!second.output.contains("large-write"), "\(second)")

      let migrate = try shop.run(["migrate"])
      #expect(migrate.code == 0, "\(migrate)")
      let sums = "SELECT count(*) || ' ' || sum(done) FROM shop.orders WHERE total = net / parts"
      #expect(try shop.value(sums) == "3000 3000")
      #expect(try shop.run(["status"]).code == 0)
    }
  }

  @Test("Dead letters: 8 and what to do, errors by their words, a replay that ends it")
  func letters() throws {
    try withDatabase(on: .v15) { database in
      let shop = try BackfillShop(database, on: .v15)
      let migrate = try shop.run(["migrate"], BackfillShop.exempt)
      #expect(migrate.code == 8, "\(migrate)")
      #expect(migrate.errors.contains("drydock backfill replay 0001"), "\(migrate)")
      #expect(migrate.missingOfError == [], "\(migrate)")
      #expect(migrate.errors.contains("1 times: division by zero (SQLSTATE 22012)"), "\(migrate)")
      let status = try shop.run(["backfill", "status"])
      #expect(status.code == 8, "\(status)")
      #expect(status.output.contains("division by zero"), "\(status)")
      #expect(status.output.contains("2000"), "\(status)")
      let json = try shop.run(["backfill", "status", "0001", "--json"])
      #expect(json.output.contains("\"dead\":1"), "\(json)")

      let again = try shop.run(["backfill", "replay", "0001"], BackfillShop.exempt)
      #expect(again.code == 8, "\(again)")
      #expect(again.missingOfError == [], "\(again)")
      try Connection.open(database).execute("UPDATE shop.orders SET parts = 2 WHERE id = 2000")
      let replay = try shop.run(["backfill", "replay", "0001"], BackfillShop.exempt)
      #expect(replay.code == 0, "\(replay)")
      #expect(try shop.run(["backfill", "status"]).code == 0)
      #expect(try shop.run(["migrate"], BackfillShop.exempt).code == 0)
      #expect(
        try shop.value("SELECT max(done) || ' ' || count(total) FROM shop.orders") == "1 3000"
      )
    }
  }

  @Test("A part of it: some rows, some time; the rest is left, and told")
  func parts() throws {
    try withDatabase(on: .v15) { database in
      let shop = try BackfillShop(database, on: .v15)
      let some = ["backfill", "run", "0001", "--where", "region = 'north'", "--except", "id > 100"]
      let first = try shop.run(some, BackfillShop.exempt)
      #expect(first.code == 0, "\(first)")
      #expect(first.output.contains("drydock backfill run 0001"), "\(first)")
      #expect(try shop.value("SELECT count(total) FROM shop.orders") == "50")
      let none = try shop.run(["backfill", "run", "0001", "--for", "0s"], BackfillShop.exempt)
      #expect(none.code == 0, "\(none)")
      #expect(try shop.value("SELECT count(total) FROM shop.orders") == "50")
      let bad = try shop.run(["backfill", "run", "0001", "--where", "a; b"], BackfillShop.exempt)
      #expect(bad.code == 2, "\(bad)")
      #expect(bad.missingOfError == [], "\(bad)")
      let other = try shop.run(["backfill", "run", "0002"], BackfillShop.exempt)
      #expect(other.code == 2, "\(other)")
      let refused = try shop.run(["backfill", "run", "0001"])
      #expect(
        refused.code != 0,
        "it changes rows, so it needs a receipt as migrate does: \(refused)"
      )
      #expect(try shop.value("SELECT count(total) FROM shop.orders") == "50")
      let rest = try shop.run(
        ["backfill", "run", "0001", "--except", "parts = 0"],
        BackfillShop.exempt
      )
      #expect(rest.code == 0, "\(rest)")
      #expect(
        try shop.value("SELECT max(done) || ' ' || count(total) FROM shop.orders") == "1 2999"
      )
    }
  }

  @Test("A standby that does not keep up is waited for, by its name")
  func standby() throws {
    let primary = try OwnServer(on: .v15)
    let admin = try Connection.open(primary.settings())
    try admin.execute("CREATE DATABASE shop")
    let shop = try BackfillShop(primary.settings("shop"), on: .v15)
    let standby = try Standby(of: primary)
    let streams = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"
    try Wait.asLongAs(shop.value(streams) != "1")
    try standby.pause()
    let command =
      ["backfill", "run", "0001", "--database", shop.database.argument, "--max-lag", "0s"]
    let words = command + ["--except", "parts = 0"] + BackfillShop.exempt
    let run = try shop.user.invocation(words).start()
    let batches = "SELECT count(*) FROM drydock.batches"
    while try shop.value("SELECT to_regclass('drydock.batches')") == nil {
      #expect(run.status == nil)
    }
    while try shop.value(batches) == "0" { #expect(run.status == nil) }
    // The first batch is behind by now, so the second cannot begin: it waits in naps of half a second.
    let naps =
      "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_stat_replication%'"
      + " AND pid <> pg_backend_pid() AND application_name LIKE 'drydock 0001%'"
    while try shop.value(naps) == "0" { #expect(run.status == nil) }
    #expect(try shop.value(batches) == "1")
    try standby.resume()
    let status = try run.wait(timeLimit: .seconds(120))
    #expect(status == .exited(0))
    #expect(try shop.value("SELECT count(total) FROM shop.orders") == "2999")
    try standby.remove()
  }
}
