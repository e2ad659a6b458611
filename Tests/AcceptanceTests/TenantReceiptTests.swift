import Foundation
import Postgres
import TestSupport
import Testing

/// What was rehearsed for one tenant proves nothing for another.
@Suite("Receipts of tenants")
struct TenantReceiptTests {
  private struct Listing: Decodable {
    struct Entry: Decodable, Equatable {
      let schema: String?
      let state: String
    }
    let receipts: [Entry]
  }

  /// Two schemas with the same table, and a third with other rows.
  private func withTenants(
    _ body: (Drydock, ConnectionSettings, [String]) throws -> Void
  ) throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      for name in ["tenant_a", "tenant_b", "\"tenant_C d\""] {
        try Connection.open(database).execute(
          "CREATE SCHEMA \(name); CREATE TABLE \(name).item (id int, note text);"
            + "INSERT INTO \(name).item VALUES (1, 'a')"
        )
      }
      try user.write(patch: "0001_price.sql", "ALTER TABLE item ADD COLUMN price int;\n")
      try user.write(patch: "0001_price.undo.sql", "ALTER TABLE item DROP COLUMN price;\n")
      try user.write(patch: "0002_more.sql", "CREATE TABLE more (a int);\n")
      try user.write(patch: "0002_more.undo.sql", "DROP TABLE more;\n")
      try user.backup(database)
      try body(user, database, ["--database", database.argument, "--schemas", "tenant\\_%"])
    }
  }

  private func columns(_ database: ConnectionSettings) throws -> String? {
    try Connection.open(database).query(
      "SELECT string_agg(table_schema, ' ' ORDER BY table_schema COLLATE \"C\")"
        + " FROM information_schema.columns WHERE column_name = 'price'",
      []
    ).value
  }

  private func states(_ user: Drydock, _ database: ConnectionSettings) throws -> [Listing.Entry] {
    try user.run(["receipts", "list", "--json", "--database", database.argument]).require(0)
      .result(Listing.self).receipts.sorted { ($0.schema ?? "") < ($1.schema ?? "") }
  }

  @Test("Each schema is rehearsed by itself, and migrated and taken back under its own receipt")
  func schemas() throws {
    try withTenants { user, database, each in
      #expect(try user.run(["migrate"] + each).code == 3)
      let run = try user.run(["rehearse"] + each).require(0)
      for name in ["tenant_a", "tenant_b", "tenant_C d"] {
        let line = run.output.split(separator: "\n").first { $0.contains(" \(name) ") }
        #expect(line?.contains(" yes ") == true, "\(run)")
      }
      let names = ["tenant_C d", "tenant_a", "tenant_b"]
      #expect(try states(user, database) == names.map { .init(schema: $0, state: "good") })
      let first = try user.run(["migrate", "--to", "0001"] + each)
      #expect(first.code == 0 && first.output.contains("3 of 3 done"), "\(first)")
      // What another tenant got under its own receipt is no drift.
      // Roles that other tests make and drop on the shared server may be.
      let drift = first.errors.split(separator: "\n").filter { $0.contains("changed since") }
      #expect(drift.allSatisfy { !$0.contains("tenant_") }, "\(first)")
      #expect(try states(user, database) == names.map { .init(schema: $0, state: "partly used") })
      try user.run(["migrate"] + each).require(0)
      #expect(try columns(database) == "tenant_C d tenant_a tenant_b")
      let undone = try user.run(["undo", "--to", "0"] + each)
      #expect(undone.code == 0, "\(undone)")
      #expect(try columns(database) == nil)
      let receipts = "SELECT count(DISTINCT receipt) FROM drydock.events"
      #expect(try Connection.open(database).query(receipts, []).value == "3")
    }
  }

  @Test("A receipt of one schema, or of the database, is for no other; drift refuses only its own")
  func bound() throws {
    try withTenants { user, database, each in
      let one = ["--database", database.argument, "--schemas", "tenant\\_a"]
      let whole = try user.run(["rehearse"] + one).require(0)
      // A single one has its whole report.
      #expect(whole.output.contains("ALTER TABLE item ADD COLUMN price int"), "\(whole)")
      let file = try #require(try user.objects(in: "receipts").first)
      let run = try user.run(["migrate"] + each)
      #expect(run.code == 8 && run.output.contains("1 of 3 done, 2 failed"), "\(run)")
      #expect(run.output.contains("failed: migrate.no-receipt"), "\(run)")
      let given = try user.run(["migrate", "--receipt", file] + each)
      #expect(given.code == 3, "\(given)")
      let other = ["--database", database.argument, "--receipt", file]
      let database1 = try user.run(["migrate"] + other)
      #expect(
        database1.errors.contains("it is for schema tenant_a, and this is the whole database"),
        "\(database1)"
      )
      #expect(try columns(database) == "tenant_a")

      try user.backup(database)
      try user.run(["rehearse"] + each).require(0)
      try Connection.open(database).execute("ALTER TABLE tenant_b.item ADD COLUMN overnight int")
      let drifted = try user.run(["migrate"] + each)
      #expect(drifted.code == 8 && drifted.output.contains("2 of 3 done, 1 failed"), "\(drifted)")
      #expect(try columns(database) == "tenant_C d tenant_a")
    }
  }

  @Test("A schema that the snapshot lacks is not rehearsed elsewhere; a verdict counts for its own")
  func verdicts() throws {
    try withTenants { user, database, each in
      try Connection.open(database).execute("INSERT INTO tenant_b.item VALUES (1, 'again')")
      try user.backup(database)
      try Connection.open(database).execute("CREATE SCHEMA tenant_new")
      try user.write(patch: "0001_price.sql", "CREATE UNIQUE INDEX item_id ON item (id);\n")
      try user.write(patch: "0001_price.undo.sql", "DROP INDEX item_id;\n")
      let run = try user.run(["rehearse"] + each)
      #expect(run.code == 5, "\(run)")
      #expect(run.output.contains("the snapshot has no schema tenant_new"), "\(run)")
      #expect(run.output.contains("could not create unique index"), "\(run)")
      #expect(try states(user, database).map(\.schema) == ["tenant_C d", "tenant_a"])
    }
  }

  @Test("Databases of a list are rehearsed each on its own snapshot")
  func databases() throws {
    try withDatabase(on: .v15) { one in
      try withDatabase(on: .v15) { two in
        try withDatabase(on: .v15) { without in
          let user = try Drydock(on: .v15)
          try user.write(patch: "0001_t.sql", "CREATE TABLE t (a int);\n")
          for database in [one, two] { try user.backup(database) }
          let all = [one, two, without].map(\.argument).joined(separator: "\n")
          try user.write(patch: "../tenants", all + "\n")
          let list = ["--tenants", "\(user.directory)/tenants"]
          let run = try user.run(["rehearse"] + list)
          #expect(run.code != 0 && run.code != 5, "\(run)")
          #expect(run.output.contains("not rehearsed: "), "\(run)")
          let migrated = try user.run(["migrate"] + list)
          #expect(migrated.code == 8, "\(migrated)")
          #expect(migrated.output.contains("2 of 3 done, 1 failed"), "\(migrated)")
        }
      }
    }
  }
}
