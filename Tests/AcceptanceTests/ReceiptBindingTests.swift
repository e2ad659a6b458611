import Catalog
import Foundation
import Postgres
import Rehearsal
import TestSupport
import Testing

/// Everything that a receipt binds, changed alone and changed back; what is left then migrates.
@Suite("What a receipt binds")
struct ReceiptBindingTests {
  /// One change that must refuse, in words that name it.
  private struct Change: Sendable {
    let name: String
    let words: [String]
    let run: @Sendable (BoundShop) throws -> Run

    /// A change of something that is put back afterwards.
    init(
      _ name: String,
      _ words: String...,
      doing: @escaping @Sendable (BoundShop) throws -> Void,
      undoing: @escaping @Sendable (BoundShop) throws -> Void
    ) {
      self.name = name
      self.words = words
      run = { shop in
        try doing(shop)
        let run = try shop.migrate()
        try undoing(shop)
        return run
      }
    }

    /// A change of the call alone.
    init(_ name: String, _ words: String..., run: @escaping @Sendable (BoundShop) throws -> Run) {
      self.name = name
      self.words = words
      self.run = run
    }

    /// Another text of a file beside the patches.
    static func file(_ name: String, _ text: String, _ words: String) -> Change {
      Change(name, words) {
        try $0.user.write(patch: name, text)
      } undoing: {
        try $0.user.write(patch: name, BoundShop.files[name] ?? "")
      }
    }

    /// A statement, and the one that takes it back; ROLE_ and DB_ stand for the shop's.
    static func sql(_ name: String, _ up: String, _ down: String, _ words: String...) -> Change {
      @Sendable func filled(_ text: String, _ shop: BoundShop) -> String {
        text.replacing("ROLE_", with: shop.role)
          .replacing("DB_", with: SQL.identifier(shop.database.keywords["dbname"] ?? ""))
      }
      return Change(name: name, words: words) { shop in
        try shop.execute(filled(up, shop))
        let run = try shop.migrate()
        try shop.execute(filled(down, shop))
        return run
      }
    }

    /// A receipt that differs in one thing and is signed all the same.
    static func forged(
      _ name: String,
      _ words: String,
      _ change: @escaping @Sendable (inout Receipt) -> Void
    ) -> Change {
      Change(name, words) { try $0.migrate(try $0.forged(change)) }
    }

    private init(name: String, words: [String], run: @escaping @Sendable (BoundShop) throws -> Run)
    {
      self.name = name
      self.words = words
      self.run = run
    }
  }

  private static let files: [Change] = [
    .file(
      "0001_price.sql",
      "\\ir price.inc\nCOMMENT ON COLUMN item.price IS 'in Cents';\n",
      "0001_price.sql, or a file that it includes, was changed after the rehearsal"
    ),
    .file(
      "0002_index.sql",
      "CREATE INDEX item_kind ON item (kind) WHERE kind = :'kind';\r\n",
      "0002_index.sql, or a file that it includes, was changed after the rehearsal"
    ),
    .file(
      "price.inc",
      "ALTER TABLE item ADD COLUMN price int ;\n",
      "0001_price.sql, or a file that it includes, was changed after the rehearsal"
    ),
    .file(
      "0001_price.undo.sql",
      "ALTER TABLE item DROP COLUMN  price;\n",
      "the undo file of 0001_price.sql, or a file that it includes, was changed"
    ),
    .file(
      "0001_price.verify.sql",
      "SELECT 1;\n",
      "the verify file of 0001_price.sql, or a file that it includes, was changed"
    ),
    Change("a new undo file", "the undo file of 0002_index.sql is new since the rehearsal") {
      try $0.user.write(patch: "0002_index.undo.sql", "DROP INDEX item_kind;\n")
    } undoing: {
      try FileManager.default.removeItem(atPath: "\($0.user.patches)/0002_index.undo.sql")
    },
    Change("the order", "it has 0001_price.sql where 0000_first.sql is to run") {
      try $0.user.write(patch: "0000_first.sql", "CREATE TABLE first_of_all (a int);\n")
    } undoing: {
      try FileManager.default.removeItem(atPath: "\($0.user.patches)/0000_first.sql")
    },
    Change("one patch more", "it does not cover 0003_last.sql") {
      try $0.user.write(patch: "0003_last.sql", "CREATE TABLE last_of_all (a int);\n")
    } undoing: {
      try FileManager.default.removeItem(atPath: "\($0.user.patches)/0003_last.sql")
    },
  ]

  private static let database: [Change] = [
    .sql(
      "a column",
      "ALTER TABLE item ADD COLUMN overnight int",
      "ALTER TABLE item DROP COLUMN overnight",
      "column public.item.overnight was added"
    ),
    .sql(
      "an attribute of the role",
      "ALTER ROLE ROLE_ CREATEDB",
      "ALTER ROLE ROLE_ NOCREATEDB",
      "has the attribute createdb, and had not in the rehearsal"
    ),
    .sql(
      "a membership of the role",
      "GRANT pg_signal_backend TO ROLE_",
      "REVOKE pg_signal_backend FROM ROLE_",
      "is a member of pg_signal_backend, and was not in the rehearsal"
    ),
    .sql(
      "the role's search_path",
      "ALTER ROLE ROLE_ IN DATABASE DB_ SET search_path = public, elsewhere",
      "ALTER ROLE ROLE_ IN DATABASE DB_ RESET search_path",
      "setting search_path was '\"$user\", public' in the rehearsal, and is 'public, elsewhere' now"
    ),
    .sql(
      "the time zone",
      "ALTER DATABASE DB_ SET timezone = 'Asia/Tokyo'",
      "ALTER DATABASE DB_ RESET timezone",
      "setting TimeZone was",
      "and is 'Asia/Tokyo' now"
    ),
    .sql(
      "the database's label",
      """
      CREATE SCHEMA drydock; CREATE TABLE drydock.environment (system_identifier text,
        database_oid bigint, label text); GRANT USAGE ON SCHEMA drydock TO ROLE_;
      GRANT SELECT ON drydock.environment TO ROLE_;
      INSERT INTO drydock.environment SELECT (pg_control_system()).system_identifier, oid,
        'protected' FROM pg_database WHERE datname = current_database()
      """,
      "DROP SCHEMA drydock CASCADE",
      "the database is labelled 'protected', and was not set in the rehearsal"
    ),
  ]

  private static let calls: [Change] = [
    Change("a variable's value", "variable kind of 0002_index.sql has another value") {
      try $0.migrate(kind: "b")
    },
    Change("the environment", "it is for the environment 'staging', and this is 'production'") {
      try $0.migrate(label: "production")
    },
    Change("another role", "it is for role migrator_", "and this session is") {
      try $0.migrate(as: $0.database)
    },
    Change("a setting of the session", "setting DateStyle was 'ISO, MDY'", "is 'ISO, DMY' now") {
      try $0.migrate(as: $0.migrator.with("options", "-c datestyle=ISO,DMY"))
    },
    Change("a line of the policy", "another policy judged it than is in force here") {
      try BoundShop.write(
        BoundShop.policy.replacing("lock: 1m", with: "lock: 2m"),
        to: "\($0.user.directory)/laxer.yaml"
      )
      return try $0.migrate(policy: "laxer.yaml")
    },
    Change("no policy", "a policy judged it that is not known here") {
      try $0.user.run(
        [
          "migrate", "--database", $0.migrator.argument, "--set", "kind=a",
          "--config", "\($0.user.directory)/drydock-own.yaml",
        ],
        BoundShop.environment
      )
    },
  ]

  private static let forgeries: [Change] = [
    .forged("expiry", "it expired 35 minutes ago; it was good for 2 hours") {
      let now = Int(Date().timeIntervalSince1970)
      $0.expires = now - 35 * 60 - 20
      $0.created = $0.expires - 7200
    },
    .forged("the version of the tool", "drydock 0.0.1 rehearsed it, and this is drydock") {
      $0.tool = "drydock 0.0.1"
    },
    .forged("the server's major", "server PostgreSQL was changed: major 14 became major 15") {
      $0.schema = $0.schema.saying("major 14", of: "server", "PostgreSQL")
    },
    .forged("a collation's version", "database locale was changed: version 1 became") {
      $0.schema = $0.schema.saying("version 1", of: "database", "locale")
    },
    .forged("the data's age", "its data are 3 days old, and the policy allows 24 hours") {
      $0.dataTime = Date(timeIntervalSinceNow: -3 * 86_400 - 60)
        .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    },
    .forged("a transaction", "0001_price.sql ran outside a transaction in the rehearsal") {
      $0.patches[0].isOutsideTransaction = true
    },
    .forged("coverage", "it had a sample of table public.item, and the policy wants every row") {
      $0.coverage["public.item"] = .sample
    },
    .forged("the server", "it is for a database on another server: system 1, and this is") {
      $0.target.systemIdentifier = "1"
    },
  ]

  @Test("Each thing that is bound refuses when it alone changed, by its name; the rest migrates")
  func oneByOne() throws {
    // Memberships belong to a whole server, and tests beside this one read them too.
    let server = try OwnServer(on: .v15)
    try withExtendedLifetime(server) {
      try Connection.open(server.settings()).execute("CREATE DATABASE shop TEMPLATE template0")
      let shop = try BoundShop(server.settings("shop"), on: .v15)
      for change in Self.files + Self.database + Self.calls + Self.forgeries {
        let run = try change.run(shop)
        #expect(run.code == 3, "\(change.name): \(run)")
        let lines = run.errors.split(separator: "\n").filter {
          $0.contains("differs: ") && !$0.contains("it has 0002")
        }
        // A setting of the database is bound as what is set and as what the session sees, and a new
        // first patch pushes the others along: two lines and no more.
        #expect((1...2).contains(lines.count), "\(change.name): \(run)")
        for words in change.words { #expect(run.errors.contains(words), "\(change.name): \(run)") }
        #expect(run.missingOfError == [], "\(run)")
        #expect(try !shop.isMigrated(), "\(change.name)")
      }
      // A receipt that was changed and not signed again counts for nothing.
      let text = String(
        decoding: try Data(contentsOf: URL(filePath: shop.receiptFile)),
        as: UTF8.self
      )
      let path = "\(shop.user.directory)/altered.json"
      try BoundShop.write(text.replacing("drydock 0", with: "drydock 1"), to: path)
      let altered = try shop.migrate(["--receipt", path])
      #expect(altered.code == 3 && altered.errors.contains("it was altered"), "\(altered)")
      try shop.migrate().require(0)
      #expect(try shop.isMigrated())
    }
  }

  @Test("An extension's version cannot go back, so it is changed last and refuses")
  func extensionVersion() throws {
    try withDatabase(on: .v15) { database in
      let shop = try BoundShop(database, on: .v15)
      let server = try Connection.open(database)
      let name = SQL.identifier(database.keywords["dbname"] ?? "")
      try server.execute("ALTER EXTENSION pg_trgm UPDATE TO '1.6'")
      let updated = try shop.migrate()
      #expect(updated.code == 3, "\(updated)")
      let words = "extension pg_trgm was changed: version 1.5 in schema public became version 1.6"
      #expect(updated.errors.contains(words), "\(updated)")

      // Of the same name, and yet another database.
      let maintenance = try Connection.open(database.database("postgres"))
      try maintenance.execute("DROP DATABASE \(name) WITH (FORCE)")
      try maintenance.execute("CREATE DATABASE \(name) TEMPLATE template0 OWNER \(shop.role)")
      let anew = try shop.migrate()
      #expect(anew.code == 3, "\(anew)")
      #expect(anew.errors.contains("was dropped and created anew: its oid was"), "\(anew)")
    }
  }
}

extension SchemaFingerprint {
  /// A fingerprint in which the environment says something else.
  fileprivate func saying(_ text: String, of kind: String, _ name: String) -> SchemaFingerprint {
    var texts = texts
    texts[SchemaObject(.environment, kind, name)] = text
    return SchemaFingerprint(texts: texts)
  }
}
