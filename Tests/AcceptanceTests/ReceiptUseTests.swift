import Foundation
import Postgres
import Processes
import TestSupport
import Testing

/// How a receipt is used up, revoked and shown.
@Suite("Using a receipt")
struct ReceiptUseTests {
  private struct Listing: Decodable {
    struct Entry: Decodable {
      let receipt: String
      let state: String
      let patches: [String]
    }
    let receipts: [Entry]
  }

  private func withShop(_ body: (RehearsedShop) throws -> Void) throws {
    try withDatabase(on: .v15) { try body(try RehearsedShop($0, on: .v15)) }
  }

  private func states(_ shop: RehearsedShop) throws -> [String] {
    let run = try shop.user.run(
      ["receipts", "list", "--json", "--database", shop.database.argument]
    ).require(0)
    return try run.result(Listing.self).receipts.map(\.state)
  }

  private func receipts(in database: ConnectionSettings) throws -> [String?] {
    let sql = "SELECT receipt FROM drydock.events ORDER BY position"
    return try Connection.open(database).execute(sql).map { $0["receipt"] }
  }

  @Test("A receipt is applied as a prefix, then the rest, and is listed as what it is meanwhile")
  func prefix() throws {
    try withShop { shop in
      #expect(try states(shop) == ["good"])
      try shop.migrate(["--to", "0001"]).require(0)
      #expect(try states(shop) == ["partly used"])
      try shop.migrate().require(0)
      #expect(try states(shop) == ["used"])
      let used = try receipts(in: shop.database)
      #expect(used.count == 2 && used[0] != nil && used[0] == used[1])
      let list = try shop.user.run(["receipts", "list"]).require(0)
      #expect(
        list.output.contains("use not known") && list.output.contains("--database"),
        "\(list)"
      )
    }
  }

  @Test("Two migrations at once with one receipt apply each patch once")
  func twoAtOnce() throws {
    try withShop { shop in
      let arguments = ["migrate", "--database", shop.database.argument]
      let first = try shop.user.invocation(arguments).start()
      // The second may look between the first one's two patches, and is refused then.
      let second = try shop.user.run(arguments)
      let ending = try first.wait()
      #expect(ending == .exited(0) || second.code == 0, "\(ending) \(second)")
      #expect([0, 3].contains(second.code), "\(second)")
      try shop.migrate().require(0)
      let events = "SELECT count(*), count(DISTINCT version) FROM drydock.events"
      let row = try Connection.open(shop.database).execute(events)[0]
      #expect(row.int("count") == 2)
    }
  }

  @Test("Another patch that came between refuses, and the receipt is listed as overtaken")
  func overtaken() throws {
    try withShop { shop in
      let exempt = ["--without-receipt", "--because", "a test", "--to", "0001"]
      try shop.migrate(exempt).require(0)
      #expect(try states(shop) == ["overtaken"])
      let run = try shop.migrate()
      #expect(run.code == 3, "\(run)")
      #expect(run.errors.contains("somebody else changed the ledger meanwhile"), "\(run)")
      #expect(run.errors.contains("0001 is applied, and was not in the rehearsal"), "\(run)")
    }
  }

  @Test("A revoked receipt refuses with the reason; a file alone does not learn of it")
  func revoked() throws {
    try withShop { shop in
      let user = shop.user
      let id = try #require(try user.objects(in: "receipts").first?.split(separator: "/").last)
      let revoke = ["receipts", "revoke", String(id.prefix(6))]
      #expect(try user.run(revoke).code == 2)
      try user.run(revoke + ["--because", "wrong data set"]).require(0)
      #expect(try states(shop) == ["revoked"])
      let refused = try shop.migrate()
      #expect(refused.code == 3, "\(refused)")
      #expect(refused.errors.contains("it was revoked: wrong data set"), "\(refused)")
      let named = try shop.migrate(["--receipt", "\(user.repository)/receipts/\(id)"])
      #expect(named.code == 3 && named.errors.contains("it was revoked"), "\(named)")
      let again = try user.run(revoke + ["--because", "again"])
      #expect(again.code == 3 && again.missingOfError == [], "\(again)")
      let shown = try user.run(["receipts", "show", String(id)]).require(0)
      #expect(shown.output.contains("wrong data set"), "\(shown)")

      // Somebody who can write to the store, and has no key, revokes nothing.
      let path = "\(user.repository)/revocations/\(id.prefix { $0 != "." })"
      let word = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
      try word.replacing("wrong", with: "other").write(
        toFile: path,
        atomically: false,
        encoding: .utf8
      )
      try shop.migrate().require(0)
    }
  }

  @Test("What was applied is taken back under its own receipt, as long as all is as rehearsed")
  func undo() throws {
    try withShop { shop in
      let undo = ["undo", "--database", shop.database.argument]
      // The second patch has no undo file, so a rehearsal of both takes neither back.
      try shop.user.run(["rehearse", "--to", "0001", "--database", shop.database.argument])
        .require(0)
      try shop.migrate(["--to", "0001"]).require(0)
      try shop.execute("ALTER TABLE item ADD COLUMN overnight int")
      let drifted = try shop.user.run(undo)
      #expect(drifted.code == 3, "\(drifted)")
      #expect(drifted.errors.contains("column public.item.overnight was added"), "\(drifted)")
      try shop.execute("ALTER TABLE item DROP COLUMN overnight")
      try shop.user.write(patch: "0001_price.undo.sql", "ALTER TABLE item DROP COLUMN  price;\n")
      let edited = try shop.user.run(undo)
      #expect(edited.code == 3 && edited.errors.contains("the undo file of 0001"), "\(edited)")
      try shop.user.write(patch: "0001_price.undo.sql", "ALTER TABLE item DROP COLUMN price;\n")
      try shop.user.run(undo).require(0)
      #expect(try !shop.isMigrated())
      #expect(try states(shop) == ["used", "overtaken"])
      let again = try shop.migrate(["--to", "0001"])
      #expect(again.code == 3 && again.errors.contains("it is used up"), "\(again)")
    }
  }

  @Test("Later, an undo is rehearsed by itself on data that were written since")
  func laterUndo() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      try Connection.open(database).execute("CREATE TABLE item (id int)")
      try user.write(patch: "0001_price.sql", "ALTER TABLE item ADD COLUMN price int;")
      let exempt = ["--without-receipt", "--because", "a test"]
      try user.backup(database)
      try user.run(["migrate", "--database", database.argument] + exempt).require(0)
      try user.write(patch: "0001_price.undo.sql", "ALTER TABLE item DROP COLUMN price;")
      let undo = ["undo", "--database", database.argument]
      let rehearse = ["rehearse", "--undo", "0001", "--database", database.argument]
      let refused = try user.run(undo)
      #expect(refused.code == 3 && refused.errors.contains("rehearse --undo 0001"), "\(refused)")
      let early = try user.run(rehearse)
      #expect(early.code == 3, "\(early)")
      #expect(early.errors.contains("taken before patch 0001 was applied"), "\(early)")
      try user.backup(database)
      let rehearsed = try user.run(rehearse).require(0)
      #expect(rehearsed.output.contains("drydock undo will find it"), "\(rehearsed)")
      // It is for the way back alone.
      try user.write(patch: "0002_more.sql", "CREATE TABLE more (a int);")
      #expect(try user.run(["migrate", "--database", database.argument]).code == 3)
      try user.run(undo).require(0)
      let left = "SELECT count(*) FROM pg_attribute WHERE attname = 'price' AND NOT attisdropped"
      #expect(try Connection.open(database).query(left, []).value == "0")
    }
  }

  @Test("lock-first takes the locks of the rehearsal before the patch's first statement")
  func lockFirst() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      let connection = try Connection.open(database)
      try connection.execute("CREATE TABLE one (a int); CREATE TABLE \"Two\" (a int)")
      try user.write(
        patch: "0001_both.sql",
        """
        -- drydock: lock-first
        CREATE TABLE seen AS SELECT l.relation::regclass::text AS name, l.mode FROM pg_locks l
          WHERE l.pid = pg_backend_pid() AND l.relation IN ('one'::regclass, '"Two"'::regclass)
            AND l.mode <> 'AccessShareLock';
        CREATE INDEX one_a ON one (a);
        ALTER TABLE "Two" ADD COLUMN b int;
        """
      )
      try user.backup(database)
      try user.run(["rehearse", "--database", database.argument]).require(0)
      try user.run(["migrate", "--database", database.argument]).require(0)
      let seen = try connection.execute("SELECT name, mode FROM seen ORDER BY name COLLATE \"C\"")
      let found = seen.map { "\($0.string("name")) \($0.string("mode"))" }
      #expect(found == ["\"Two\" AccessExclusiveLock", "one ShareLock"])
    }
  }
}
