import Files
import Foundation
import Postgres
import TestSupport
import Testing

/// A small shop with two patches that were rehearsed, as a person would have it before `migrate`.
struct RehearsedShop {
  let user: Drydock
  let database: ConnectionSettings
  let server: TestServer

  static let first = "0001_price.sql"
  static let second = "0002_index.sql"

  init(_ database: ConnectionSettings, on server: TestServer) throws {
    self.database = database
    self.server = server
    user = try Drydock(on: server)
    try execute(
      """
      CREATE TABLE item (id int PRIMARY KEY, kind varchar(5) CHECK (kind IN ('a', 'b')));
      CREATE TABLE other (id int PRIMARY KEY);
      CREATE TABLE part (day date NOT NULL, v int) PARTITION BY RANGE (day);
      CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
      INSERT INTO item SELECT i, 'a' FROM generate_series(1, 100) i;
      """
    )
    try user.write(patch: Self.first, "ALTER TABLE item ADD COLUMN price int;\n")
    try user.write(patch: "0001_price.undo.sql", "ALTER TABLE item DROP COLUMN price;\n")
    try user.write(patch: "0001_price.verify.sql", "SELECT 1 / count(*) FROM item;\n")
    try user.write(
      patch: Self.second,
      "CREATE INDEX item_kind ON item (kind);\nALTER TABLE part ADD COLUMN w int;\n"
    )
    try user.backup(database)
    try user.run(["rehearse", "--database", database.argument]).require(0)
  }

  func execute(_ sql: String) throws { try Connection.open(database).execute(sql) }

  func migrate(_ more: [String] = []) throws -> Run {
    try user.run(["migrate", "--database", database.argument] + more)
  }

  /// Whether the first patch is in the database.
  func isMigrated() throws -> Bool {
    let sql = "SELECT count(*) FROM pg_attribute WHERE attname = 'price' AND NOT attisdropped"
    return try Connection.open(database).query(sql, []).value == "1"
  }
}

@Suite("Receipts")
struct ReceiptTests {
  /// A change after the rehearsal that must make the receipt worthless.
  enum Change: String, CaseIterable, Sendable {
    case patchByte
    case lineEnds
    case undoFile
    case verifyFile
    case order
    case morePatches
    case column
    case environment
    case role
  }

  private func withShop(
    on server: TestServer,
    _ body: (RehearsedShop) throws -> Void
  ) throws {
    try withDatabase(on: server) { try body(try RehearsedShop($0, on: server)) }
  }

  @Test("Without a receipt nothing is migrated; an exemption needs a reason")
  func none() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      try user.write(patch: "0001_t.sql", "CREATE TABLE t (a int);")
      let migrate = ["migrate", "--database", database.argument]
      let refused = try user.run(migrate)
      #expect(refused.code == 3, "\(refused)")
      #expect(refused.missingOfError == [], "\(refused)")
      #expect(try user.run(migrate + ["--without-receipt"]).code == 2)
      let exempt = try user.run(migrate + ["--without-receipt", "--because", "outage 4711"])
      #expect(exempt.code == 0, "\(exempt)")
      let reasons = "SELECT count(*) FROM drydock.events e WHERE e::text LIKE '%outage 4711%'"
      #expect(try Connection.open(database).query(reasons, []).value != "0")
    }
  }

  @Test(
    "What was rehearsed is migrated, and then nothing is pending",
    arguments: TestServer.either()
  )
  func happyWay(server: TestServer) throws {
    try withShop(on: server) { shop in
      try shop.migrate().require(0)
      #expect(try shop.isMigrated())
      #expect(try shop.migrate().require(0).output.contains("Nothing is pending"))
    }
  }

  @Test(
    "A change after the rehearsal refuses and leaves the database as it is",
    arguments: Change.allCases
  )
  func refused(change: Change) throws {
    try withDatabase(on: .v15) { empty in
      // An older version: a dump does not name it, so a scratch would get the newest.
      try Connection.open(empty).execute("CREATE EXTENSION pg_trgm VERSION '1.5'")
      let shop = try RehearsedShop(empty, on: .v15)
      var database = shop.database
      switch change {
      case .patchByte:
        try shop.user.write(
          patch: RehearsedShop.first,
          "ALTER TABLE item ADD COLUMN price int ;\n"
        )
      case .lineEnds:
        try shop.user.write(
          patch: RehearsedShop.first,
          "ALTER TABLE item ADD COLUMN price int;\r\n"
        )
      case .undoFile:
        try shop.user.write(
          patch: "0001_price.undo.sql",
          "ALTER TABLE item DROP COLUMN  price;\n"
        )
      case .verifyFile: try shop.user.write(patch: "0001_price.verify.sql", "SELECT 1;\n")
      case .order:
        try shop.user.write(patch: "0000_first.sql", "CREATE TABLE first_of_all (a int);\n")
      case .morePatches:
        try shop.user.write(patch: "0003_last.sql", "CREATE TABLE last_of_all (a int);\n")
      case .column: try shop.execute("ALTER TABLE item ADD COLUMN overnight int")
      case .environment: try shop.execute("ALTER EXTENSION pg_trgm UPDATE TO '1.6'")
      case .role:
        try Connection.open(database).makeRole("acceptance_chief", "SUPERUSER LOGIN")
        database = database.with("user", "acceptance_chief")
      }
      let run = try shop.user.run(["migrate", "--database", database.argument])
      #expect(run.code == 3, "\(change): \(run)")
      #expect(run.missingOfError == [], "\(run)")
      #expect(try !shop.isMigrated())
    }
  }

  @Test("With a key of its own, a receipt migrates without the repository, and no other one does")
  func ownKey() throws {
    try withShop(on: .v15) { shop in
      let user = shop.user
      let keys = ["signer", "stranger"].map { "\(user.directory)/\($0).key" }
      let publicKeys = try keys.map { path in
        let run = try user.run(["key", "generate", "--receipts", path]).require(0)
        return String(try #require(run.output.firstMatch(of: /receipts-[0-9a-f]{72}/)).output)
      }
      func configuration(_ name: String, _ text: String) throws -> [String] {
        let path = "\(user.directory)/\(name).yaml"
        try AtomicFile.write(Array(text.utf8), to: path, durability: .fast)
        return ["--config", path]
      }
      let sign = try configuration("sign", "receipt_key: \(keys[0])\n")
      try user.run(["rehearse", "--database", shop.database.argument] + sign).require(0)
      // The newest of two: the shop's own rehearsal was signed with the repository's key.
      let receipts = "\(user.repository)/receipts"
      let signed = try FileManager.default.contentsOfDirectory(atPath: receipts).filter {
        let bytes = try ReadableFile.contents(of: "\(receipts)/\($0)")
        let key = publicKeys[0].dropFirst("receipts-".count).prefix(64)
        return String(decoding: bytes, as: UTF8.self).contains(key)
      }
      #expect(signed.count == 1)
      let alone = ["DRYDOCK_REPOSITORY": "", "DRYDOCK_PASSPHRASE": ""]
      let migrate = [
        "migrate", "--database", shop.database.argument,
        "--receipt", "\(receipts)/\(try #require(signed.first))",
      ]
      let stranger = try configuration("stranger", "receipt_keys: [\(publicKeys[1])]\n")
      let refused = try user.run(migrate + stranger, alone)
      #expect(refused.code == 3 && refused.errors.contains("not trusted here"), "\(refused)")
      let searched = try user.run(["migrate", "--database", shop.database.argument] + stranger)
      #expect(searched.code == 3, "\(searched)")
      #expect(try !shop.isMigrated())
      let trust = try configuration("trust", "receipt_keys: [\(publicKeys[0])]\n")
      try user.run(migrate + trust, alone).require(0)
      #expect(try shop.isMigrated())
    }
  }

  @Test("A clone of the database is another database")
  func clone() throws {
    try withShop(on: .v15) { shop in
      let name = shop.database.keywords["dbname"] ?? ""
      let maintenance = try Connection.open(shop.database.database("postgres"))
      try maintenance.execute("CREATE DATABASE \(name)_clone TEMPLATE \(name)")
      let run = try shop.user.run(
        ["migrate", "--database", shop.database.database("\(name)_clone").argument])
      #expect(run.code == 3, "\(run)")
      try maintenance.execute("DROP DATABASE \(name)_clone")
    }
  }

  @Test("A receipt is used once: migrate, undo, migrate refuses the second time")
  func singleUse() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      try Connection.open(database).execute("CREATE TABLE item (id int)")
      try user.write(patch: "0001_price.sql", "ALTER TABLE item ADD COLUMN price int;")
      try user.write(patch: "0001_price.undo.sql", "ALTER TABLE item DROP COLUMN price;")
      try user.backup(database)
      try user.run(["rehearse", "--database", database.argument]).require(0)
      try user.run(["migrate", "--database", database.argument]).require(0)
      try user.run(["undo", "--database", database.argument]).require(0)
      let again = try user.run(["migrate", "--database", database.argument])
      #expect(again.code == 3, "\(again)")
    }
  }

  @Test(
    "A partition added overnight and a column of another table do not refuse; the column is told",
    arguments: TestServer.either()
  )
  func harmless(server: TestServer) throws {
    try withShop(on: server) { shop in
      try shop.execute(
        """
        CREATE TABLE part_2 PARTITION OF part FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
        ALTER TABLE other ADD COLUMN told int;
        """
      )
      let run = try shop.migrate().require(0)
      #expect((run.output + run.errors).contains("told"), "\(run)")
      #expect(try shop.isMigrated())
    }
  }
}
