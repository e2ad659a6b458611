import Postgres
import Processes
import TestSupport
import Testing

@Suite("A history of another tool, from its ledger on")
struct HistoryTests {
  private static let exempt = ["--without-receipt", "--because", "a test"]

  @Test("Adopted, shown, migrated, and taken back by its own files")
  func goose() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      try user.write(patch: "00001_a.sql", "-- +goose Up\nCREATE TABLE a ();\n")
      try user.write(
        patch: "00002_b.sql",
        "-- +goose Up\nCREATE TABLE b ();\n-- +goose Down\nDROP TABLE b;\n"
      )
      try user.write(
        patch: "00003_c.sql",
        "-- +goose Up\nCREATE TABLE c ();\n-- +goose Down\nDROP TABLE c;\n"
      )
      let connection = try Connection.open(database)
      try connection.execute(
        """
        CREATE TABLE a (); CREATE TABLE goose_db_version (id serial, version_id bigint,
          is_applied boolean); INSERT INTO goose_db_version (version_id, is_applied)
        VALUES (0, true), (1, true)
        """
      )
      let on = ["--database", database.argument]
      let status = try user.run(["status"] + on)
      #expect(status.output.contains("The files are laid out as goose does it."), "\(status)")
      let shown = try user.run(["baseline", "--from", "goose", "--dry-run"] + on)
      #expect(shown.code == 0 && shown.output.contains("would be recorded"), "\(shown)")
      #expect(try connection.query("SELECT to_regclass('drydock.events')", []).value == nil)
      let adopted = try user.run(["baseline", "--from", "goose"] + on)
      #expect(adopted.code == 0 && adopted.output.contains("00001_a.sql"), "\(adopted)")
      try user.run(["migrate"] + on + Self.exempt).require(0)
      let undone = try user.run(["undo", "--to", "00001"] + on + Self.exempt)
      #expect(undone.code == 0, "\(undone)")
      let left =
        "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class"
        + " WHERE relname IN ('a', 'b', 'c')"
      #expect(try connection.query(left, []).value == "a")
      let none = try user.run(["undo", "--to", "0"] + on + Self.exempt)
      #expect(none.code == 3 && none.missingOfError == [], "\(none)")
    }
  }

  @Test("A receipt binds a repeatable patch by its hash, each time that it runs")
  func repeatable() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      try Connection.open(database).execute("CREATE TABLE t (a int)")
      try user.backup(database)
      let view = "CREATE OR REPLACE VIEW v AS SELECT a FROM t"
      try user.write(patch: "0001_b.sql", "ALTER TABLE t ADD b int;\n")
      try user.write(patch: "0001_b.undo.sql", "ALTER TABLE t DROP b;\n")
      try user.write(patch: "R__v.sql", "\(view);\n")
      let on = ["--database", database.argument]
      let rehearsal = try user.run(["rehearse"] + on)
      #expect(rehearsal.code == 0 && rehearsal.output.contains("R__v.sql"), "\(rehearsal)")
      try user.write(patch: "R__v.sql", "\(view) WHERE a > 0;\n")
      let refused = try user.run(["migrate"] + on)
      #expect(refused.code == 3, "\(refused)")
      #expect(
        refused.errors.contains("differs: R__v.sql, or a file that it includes"),
        "\(refused)"
      )
      try user.write(patch: "R__v.sql", "\(view);\n")
      try user.run(["migrate"] + on).require(0)
      try user.write(patch: "R__v.sql", "\(view) WHERE a > 1;\n")
      let status = try user.run(["status"] + on)
      #expect(status.code == 0 && status.output.contains("changed"), "\(status)")
      // The text that production has is in no file any more: only a newer snapshot has it.
      let older = try user.run(["rehearse"] + on)
      #expect(older.code == 3 && older.errors.contains("Take a new snapshot"), "\(older)")
      try user.backup(database)
      try user.run(["rehearse"] + on).require(0)
      let again = try user.run(["migrate"] + on)
      #expect(again.code == 0 && again.output.contains("R__v"), "\(again)")
      try user.run(["undo"] + on + ["--version", "0001"] + Self.exempt).require(0)
    }
  }

  @Test("What nobody can tell is named, and a person says it")
  func undecided() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      try user.write(
        patch: "0001_a.sql",
        "-- drydock: no-transaction\nCREATE TABLE a (n int);\nDO $$ BEGIN INSERT INTO a VALUES (1); END $$;\n"
      )
      let on = ["--database", database.argument]
      let killed = try user.run(
        ["migrate"] + on + Self.exempt,
        [
          "DRYDOCK_FAULT_PAUSE": "",
          "DRYDOCK_FAULT_POINT": try point(of: "statement after: DO $$ BEGIN", user),
        ]
      )
      #expect(killed.ending == .signalled(9), "\(killed)")
      let stopped = try user.run(["migrate"] + on + Self.exempt)
      #expect(stopped.code == 3 && stopped.errors.contains("--statement 2 --done"), "\(stopped)")
      let unclear = try user.run(["repair", "0001", "--statement", "2"] + on)
      #expect(unclear.code == 2, "\(unclear)")
      let settled = try user.run(["repair", "0001", "--statement", "2", "--done"] + on)
      #expect(settled.code == 0, "\(settled)")
      try user.run(["migrate"] + on + Self.exempt).require(0)
      #expect(try Connection.open(database).query("SELECT count(*) FROM a", []).value == "1")
    }
  }

  /// The place of a point in the log of a clean run on another database.
  private func point(of label: String, _ user: Drydock) throws -> String {
    try withDatabase(on: .v15) { database in
      let log = "\(user.directory)/points"
      try user.run(
        ["migrate", "--database", database.argument] + Self.exempt,
        ["DRYDOCK_FAULT_LOG": log]
      ).require(0)
      return try #require(PassedPoint.all(log: log).first { $0.label.hasPrefix(label) }).place
    }
  }
}
