import Postgres
import TestSupport
import Testing

/// A rehearsal must not say yes to a patch that loses rows which it could not see.
@Suite("Rows that a rehearsal does not have")
struct LossTests {
  @Test("A table that was filled in production is lost, however few of its rows were restored")
  func unseen() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      let connection = try Connection.open(database)
      try connection.execute(
        """
        CREATE TABLE item (id int); INSERT INTO item SELECT generate_series(1, 5000);
        CREATE TABLE nothing (id int);
        """
      )
      try user.backup(database)
      let rehearse = ["rehearse", "--database", database.argument]
      try user.write(patch: "0001_drop.sql", "DROP TABLE nothing;\nDROP TABLE item;\n")
      for part in [["--schema-only"], ["--sample", "10"]] {
        let no = try user.run(rehearse + part)
        #expect(no.code == 5, "\(no)")
        let words = no.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains("0001_drop.sql:2:1: drops public.item (5,000 rows, "), "\(no)")
        #expect(!words.contains("0001_drop.sql:1:1: drops"), "\(no)")
      }

      // Made after the snapshot, and filled there since.
      try user.write(patch: "0001_drop.sql", "CREATE TABLE late (id int);\n")
      try user.run(
        ["migrate", "--database", database.argument, "--without-receipt", "--because", "a test"]
      ).require(0)
      try connection.execute("INSERT INTO late VALUES (1)")
      for statement in ["DROP TABLE late;", "ALTER TABLE late DROP COLUMN id;", "TRUNCATE late;"] {
        try user.write(patch: "0002_late.sql", statement + "\n")
        let no = try user.run(rehearse)
        #expect(no.code == 5, "\(statement): \(no)")
        let words = no.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains("it was made after the snapshot"), "\(statement): \(no)")
      }
    }
  }

  @Test("lock-first without a receipt warns, and an undo file that fails says where")
  func told() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      try Connection.open(database).execute("CREATE TABLE item (id int)")
      try user.backup(database)
      try user.write(
        patch: "0001_note.sql",
        "-- drydock: lock-first\nALTER TABLE item ADD COLUMN note text;\n"
      )
      try user.write(patch: "0001_note.undo.sql", "ALTER TABLE items DROP COLUMN note;\n")
      let no = try user.run(["rehearse", "--database", database.argument])
      #expect(no.code == 5, "\(no)")
      let words = no.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(words.contains("0001_note.undo.sql:1:"), "\(no)")
      #expect(words.contains("relation \"items\" does not exist"), "\(no)")
      let run = try user.run(
        ["migrate", "--database", database.argument, "--without-receipt", "--because", "a test"]
      ).require(0)
      #expect(run.errors.contains("0001_note.sql is lock-first, and without a receipt"), "\(run)")
    }
  }
}
