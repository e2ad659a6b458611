import Cryptography
import Files
import Foundation
import Postgres
import Rehearsal
import Repository
import TestSupport

/// A shop that was rehearsed with all that a receipt can bind: a migrator of its own, a policy, a
/// variable, an included file, an old extension, and a receipt key whose receipts can be forged here.
struct BoundShop {
  let user: Drydock
  let database: ConnectionSettings
  let role: String
  let migrator: ConnectionSettings
  let receiptFile: String

  static let files = [
    "0001_price.sql": "\\ir price.inc\nCOMMENT ON COLUMN item.price IS 'in cents';\n",
    "price.inc": "ALTER TABLE item ADD COLUMN price int;\n",
    "0001_price.undo.sql": "ALTER TABLE item DROP COLUMN price;\n",
    "0001_price.verify.sql": "SELECT 1 / count(*) FROM item;\n",
    "0002_index.sql": "CREATE INDEX item_kind ON item (kind) WHERE kind = :'kind';\n",
  ]
  static let policy = """
    # What the shop demands.
    limits: {lock: 1m, rewrite: 100MiB, wal: 1G, total: 10m}
    snapshot_max_age: 1d
    coverage: whole
    receipt_lifetime: 2h

    """

  init(_ database: ConnectionSettings, on server: TestServer) throws {
    self.database = database
    user = try Drydock(on: server)
    role = "migrator_" + String(UInt32.random(in: .min ... .max), radix: 36)
    migrator = database.with("user", role)
    let connection = try Connection.open(database)
    let name = SQL.identifier(database.keywords["dbname"] ?? "")
    try connection.execute(
      """
      CREATE ROLE \(role) LOGIN; ALTER DATABASE \(name) OWNER TO \(role);
      CREATE EXTENSION pg_trgm VERSION '1.5'; SET ROLE \(role);
      CREATE TABLE item (id int PRIMARY KEY, kind varchar(5) CHECK (kind IN ('a', 'b')));
      CREATE TABLE other (id int PRIMARY KEY);
      INSERT INTO item SELECT i, 'a' FROM generate_series(1, 100) i;
      """
    )
    for (file, text) in Self.files { try user.write(patch: file, text) }
    try Self.write(Self.policy, to: "\(user.directory)/policy.yaml")
    let keyFile = "\(user.directory)/receipts.key"
    let shown = try user.run(["key", "generate", "--receipts", keyFile]).require(0)
    let key = shown.output.firstMatch(of: /receipts-[0-9a-f]{72}/).map { String($0.output) } ?? ""
    try Self.write(
      "receipt_key: \(keyFile)\nreceipt_keys: [\(key)]\n",
      to: "\(user.directory)/drydock-own.yaml"
    )
    try user.backup(database)
    try user.run(
      ["rehearse", "--database", migrator.argument] + Self.options(user),
      Self.environment
    ).require(0)
    receiptFile = try user.objects(in: "receipts").first ?? ""
  }

  static let environment = ["DRYDOCK_LABEL": "staging"]

  static func options(_ user: Drydock, policy: String = "policy.yaml", kind: String? = "a")
    -> [String]
  {
    ["--config", "\(user.directory)/drydock-own.yaml", "--policy", "\(user.directory)/\(policy)"]
      + (kind.map { ["--set", "kind=\($0)"] } ?? [])
  }

  static func write(_ text: String, to path: String) throws {
    try AtomicFile.write(Array(text.utf8), to: path, collision: .replace, durability: .fast)
  }

  func execute(_ sql: String) throws { try Connection.open(database).execute(sql) }

  /// Migrates as the rehearsal was told, or as a test says otherwise.
  func migrate(
    as settings: ConnectionSettings? = nil,
    policy: String = "policy.yaml",
    kind: String? = "a",
    label: String = "staging",
    _ more: [String] = []
  ) throws -> Run {
    try user.run(
      ["migrate", "--database", (settings ?? migrator).argument]
        + Self.options(user, policy: policy, kind: kind) + more,
      ["DRYDOCK_LABEL": label]
    )
  }

  /// A receipt like the real one but for a change, signed with the shop's own key, in a file.
  func forged(_ change: (inout Receipt) -> Void) throws -> [String] {
    let file = try KeyFile(
      decoding: try ReadableFile.contents(of: "\(user.directory)/receipts.key"),
      from: "receipts.key"
    )
    let key = try Ed25519.PrivateKey(seed: file.secret)
    let bytes = try ReadableFile.contents(of: receiptFile)
    var receipt = try SignedReceipt(decoding: bytes, trusting: [key.publicKey()]).receipt
    change(&receipt)
    let path = "\(user.directory)/forged.json"
    try AtomicFile.write(
      try SignedReceipt(signing: receipt, with: key).encoded(),
      to: path,
      collision: .replace,
      durability: .fast
    )
    return ["--receipt", path]
  }

  /// Whether anything of the patches is in the database.
  func isMigrated() throws -> Bool {
    let sql = "SELECT count(*) FROM pg_attribute WHERE attname = 'price' AND NOT attisdropped"
    return try Connection.open(database).query(sql, []).value != "0"
  }
}
