import Files
import Foundation
import Postgres
import Reports
import TestSupport
import Testing

/// Undo files are run on production, so they are judged as patches are.
@Suite("Hazards of undo files")
struct UndoHazardTests {
  private static let shop = """
    CREATE TABLE item (id bigint PRIMARY KEY, price int, note text);
    INSERT INTO item SELECT i, i, 'note ' || i FROM generate_series(1, 1000) i;
    """

  private func withShop(_ body: (Drydock, ConnectionSettings) throws -> Void) throws {
    try withBackup(of: Self.shop, body)
  }

  @Test("What an undo file destroys is told at its line, in every report, and fails")
  func told() throws {
    try withShop { user, database in
      try user.write(patch: "0001_size.sql", "ALTER TABLE item ADD COLUMN size int;\n")
      try user.write(
        patch: "0001_size.undo.sql",
        "-- takes more than it gave\nALTER TABLE item DROP COLUMN size;\nTRUNCATE item;\n"
      )
      let formats = ["html", "markdown", "json", "junit", "sarif", "codequality"]
      let wanted = formats.flatMap { ["--report", "\($0)=\(user.directory)/gate.\($0)"] }
      let run = try user.run(
        ["gate", "--database", database.argument] + wanted,
        ["GITHUB_ACTIONS": "true"]
      )
      #expect(run.code == 5, "\(run)")
      #expect(run.output.contains("0001_size.undo.sql:3:1: empties public.item"), "\(run)")
      #expect(run.output.contains("which the patch itself made"), "\(run)")
      #expect(run.output.contains("file=patches/0001_size.undo.sql,line=3"), "\(run)")
      for format in formats {
        let bytes = try ReadableFile.contents(of: "\(user.directory)/gate.\(format)")
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains("size.undo.sql") && text.contains("empties public.item"), "\(format)")
      }
      let junit = try ReadableFile.contents(of: "\(user.directory)/gate.junit")
      #expect(String(decoding: junit, as: UTF8.self).contains("failures=\"1\""))
    }
  }

  @Test("What the patch made itself may be taken back, and a reason in the undo file is bound")
  func accepted() throws {
    try withShop { user, database in
      try user.write(
        patch: "0001_size.sql",
        "CREATE TABLE box AS SELECT id FROM item;\nALTER TABLE item ADD COLUMN size int;\n"
      )
      try user.write(
        patch: "0001_size.undo.sql",
        """
        -- drydock: allow table-rewrite because the table is small
        DROP TABLE box;
        ALTER TABLE item DROP COLUMN size;
        ALTER TABLE item ALTER price TYPE bigint;
        ALTER TABLE item ALTER price TYPE int;

        """
      )
      let run = try user.run(["rehearse", "--database", database.argument]).require(0)
      #expect(run.output.contains("accepts table-rewrite: the table is small"), "\(run)")
      let receipt = try #require(try user.objects(in: "receipts").first)
      let text = String(decoding: try ReadableFile.contents(of: receipt), as: UTF8.self)
      #expect(text.contains("\"table-rewrite: the table is small\""), "\(text)")
    }
  }

  @Test("A later undo loses what was written since, unless a reason accepts it")
  func later() throws {
    try withShop { user, database in
      try user.write(patch: "0001_size.sql", "ALTER TABLE item ADD COLUMN size int;\n")
      try user.write(patch: "0001_size.undo.sql", "ALTER TABLE item DROP COLUMN size;\n")
      let exempt = ["--without-receipt", "--because", "a test"]
      try user.run(["migrate", "--database", database.argument] + exempt).require(0)
      try Connection.open(database).execute("UPDATE item SET size = id")
      try user.backup(database)
      let rehearse = ["rehearse", "--undo", "0001", "--database", database.argument]
      let refused = try user.run(rehearse)
      #expect(refused.code == 5, "\(refused)")
      #expect(
        refused.output.contains("0001_size.undo.sql:1:1: drops column size of public.item"),
        "\(refused)"
      )
      let unknown = "-- drydock: allow drop-colum because x\nALTER TABLE item DROP COLUMN size;\n"
      try user.write(patch: "0001_size.undo.sql", unknown)
      let mistyped = try user.run(rehearse)
      #expect(mistyped.code == 3, "\(mistyped)")
      #expect(mistyped.errors.contains("Did you mean 'drop-column'?"), "\(mistyped)")
      try user.write(
        patch: "0001_size.undo.sql",
        unknown.replacing("drop-colum ", with: "drop-column ")
      )
      try user.run(rehearse).require(0)
      try user.run(["undo", "--database", database.argument]).require(0)
    }
  }

  @Test("An undo file that fails is told with its line, the server's words and SQLSTATE")
  func failing() throws {
    try withShop { user, database in
      try user.write(patch: "0001_size.sql", "ALTER TABLE item ADD COLUMN size int;\n")
      try user.write(patch: "0001_size.undo.sql", "\nALTER TABLE item DROP COLUMN siz;\n")
      let run = try user.run(["rehearse", "--database", database.argument])
      #expect(run.code == 5, "\(run)")
      #expect(
        run.output.contains(
          "0001_size.undo.sql:2:1: its undo file fails: column \"siz\" of relation \"item\" does"
            + " not exist (SQLSTATE 42703)"
        ),
        "\(run)"
      )
    }
  }

  @Test("A policy's limits hold for an undo file too")
  func limits() throws {
    try withShop { user, database in
      try user.write(patch: "0001_size.sql", "ALTER TABLE item ADD COLUMN size int;\n")
      try user.write(
        patch: "0001_size.undo.sql",
        "UPDATE item SET price = price;\nALTER TABLE item DROP COLUMN size;\n"
      )
      let policy = "\(user.directory)/policy.yaml"
      try AtomicFile.write(Array("limits: {wal: 20kB}\n".utf8), to: policy, durability: .fast)
      let rehearse = ["rehearse", "--database", database.argument, "--policy", policy]
      let run = try user.run(rehearse)
      #expect(run.code == 5, "\(run)")
      #expect(run.output.contains("0001_size.undo.sql: writes "), "\(run)")
      #expect(!run.output.contains("0001_size.sql: writes "), "\(run)")
    }
  }
}
