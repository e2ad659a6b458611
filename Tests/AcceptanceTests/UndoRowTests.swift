import Files
import Foundation
import Postgres
import Reports
import TestSupport
import Testing

/// Up, down, and the rows of what was touched must be as before.
@Suite("Rows that an undo file brings back, and those that it does not")
struct UndoRowTests {
  private static let shop = """
    CREATE TABLE item (id bigint PRIMARY KEY, price int, note text);
    INSERT INTO item SELECT i, i, 'note ' || i FROM generate_series(1, 1000) i;
    CREATE TABLE "Odd, name" (id int, "a ""b.c" text); INSERT INTO "Odd, name" VALUES (1, 'ä'), (1, 'ä');
    """

  private func withShop(
    on server: TestServer = .v15,
    _ body: (Drydock, ConnectionSettings) throws -> Void
  ) throws {
    try withBackup(of: Self.shop, on: server, body)
  }

  /// What a patch and its undo do, and what must be said of it; nothing where the rows come back.
  struct Case: Sendable, CustomTestStringConvertible {
    var patch: String
    var undo: String
    var told: [String] = []

    var testDescription: String { "\(patch) / \(undo)" }
  }

  static let cases = [
    Case(patch: "UPDATE item SET price = price + 1;", undo: "UPDATE item SET price = price - 1;"),
    Case(
      patch: "ALTER TABLE item ALTER price TYPE bigint;",
      undo: "ALTER TABLE item ALTER price TYPE int;"
    ),
    Case(
      patch: "ALTER TABLE item RENAME TO article;",
      undo: "ALTER TABLE article RENAME TO item;"
    ),
    Case(
      patch: "DELETE FROM item WHERE id <= 100;",
      undo: "UPDATE item SET price = 0 WHERE id = 500;",
      told: ["0001_try.undo.sql:1:1", "100 of 1,000 rows lost, 1 of 1,000 rows other than before"]
    ),
    Case(
      patch: "-- drydock: allow drop-column because of a test\nALTER TABLE item DROP COLUMN note;",
      undo: "ALTER TABLE item ADD COLUMN note text;",
      told: ["rows of public.item back: 1,000 of 1,000 rows other than before"]
    ),
    Case(
      patch: "INSERT INTO \"Odd, name\" VALUES (2);",
      undo: "INSERT INTO \"Odd, name\" VALUES (3);",
      told: ["rows of public.\"Odd, name\" back: 2 left over"]
    ),
    Case(
      patch: "-- drydock: allow drop-column because of a test\n"
        + "ALTER TABLE \"Odd, name\" DROP COLUMN \"a \"\"b.c\";",
      undo: "ALTER TABLE \"Odd, name\" ADD COLUMN \"a \"\"b.c\" text DEFAULT 'ä';"
        + "ALTER TABLE \"Odd, name\" ALTER \"a \"\"b.c\" DROP DEFAULT;"
    ),
    Case(
      patch: "-- drydock: allow drop-table because of a test\nDROP TABLE item;",
      undo: "CREATE TABLE item (id bigint PRIMARY KEY, price int, note text);",
      told: ["rows of public.item back: 1,000 of 1,000 rows lost"]
    ),
  ]

  @Test(
    "Lost, changed and left over rows are told by table and number",
    arguments: TestServer.either()
  )
  func told(server: TestServer) throws {
    try withShop(on: server) { user, database in
      for example in Self.cases {
        try user.write(patch: "0001_try.sql", example.patch)
        try user.write(patch: "0001_try.undo.sql", example.undo)
        let run = try user.run(["gate", "--database", database.argument])
        #expect(run.code == (example.told.isEmpty ? 0 : 5), "\(example): \(run)")
        for words in example.told { #expect(run.output.contains(words), "\(words): \(run)") }
        #expect(run.output.contains("[undo-rows]") == !example.told.isEmpty, "\(run)")
      }
    }
  }

  @Test("A reason in the undo file accepts it, and the report says which rows were read")
  func accepted() throws {
    try withShop { user, database in
      try user.write(
        patch: "0001_try.sql",
        "UPDATE item SET note = 'x' WHERE id < 11;\nCREATE TABLE more AS SELECT 1 AS a;\n"
      )
      try user.write(
        patch: "0001_try.undo.sql",
        "-- drydock: allow undo-rows because notes are not needed\nDROP TABLE more;\n"
      )
      let run = try user.run(["rehearse", "--database", database.argument]).require(0)
      #expect(
        run.output.contains("takes the schema back, but not the rows of public.item"),
        "\(run)"
      )
      #expect(run.output.contains("public.more"), "\(run)")
      let json = try user.run(["rehearse", "--database", database.argument, "--json"]).require(0)
      let line = try #require(json.output.split(separator: "\n").last)
      let patch = try #require(
        try JSONParser.parse(Array(line.utf8))["patches"]?.elements?.first
      )
      let rows = try #require(patch["rows"]?.elements)
      #expect(rows.compactMap { $0["table"]?.text } == ["public.item", "public.more"])
      let digests = ["before", "after"].compactMap { rows[0][$0]?["digest"]?.text }
      #expect(digests.count == 2 && digests[0] != digests[1] && digests[0].count == 32)
      try user.run(["migrate", "--database", database.argument]).require(0)
      let undone = try user.run(["undo", "--database", database.argument])
      #expect(undone.code == 0, "\(undone)")
    }
  }

  @Test("Of several patches each is held against what the one before it left")
  func chain() throws {
    try withShop { user, database in
      for number in 1...3 {
        try user.write(patch: "000\(number)_a.sql", "UPDATE item SET price = price + \(number);")
        let back =
          number == 2
          ? "UPDATE item SET price = price - 1;" : "UPDATE item SET price = price - \(number);"
        try user.write(patch: "000\(number)_a.undo.sql", back)
      }
      let run = try user.run(["gate", "--database", database.argument])
      #expect(run.code == 5, "\(run)")
      #expect(run.output.contains("0002_a.undo.sql:1:1: does not bring the rows"), "\(run)")
      #expect(!run.output.contains("0003_a.undo.sql:1:1: does not"), "\(run)")
    }
  }

  @Test("What is not read is named, with the reason")
  func sample() throws {
    try withShop { user, database in
      try user.write(patch: "0001_try.sql", "UPDATE item SET price = 1;")
      try user.write(patch: "0001_try.undo.sql", "UPDATE item SET price = 2;")
      let gate = ["gate", "--database", database.argument]
      let sample = try user.run(gate + ["--sample", "10"]).require(0)
      #expect(
        sample.output.contains(
          "Rows of public.item were not compared: only a sample of its rows was there."
        ),
        "\(sample)"
      )
      let none = try user.run(gate + ["--schema-only"]).require(0)
      #expect(!none.output.contains("Rows of"), "\(none)")
    }
  }
}
