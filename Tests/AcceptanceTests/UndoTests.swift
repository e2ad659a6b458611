import Postgres
import Processes
import TestSupport
import Testing

@Suite("Taking patches back")
struct UndoTests {
  private static let exempt = ["--without-receipt", "--because", "a test"]

  /// A user whose two patches can be taken back, and a database that has both.
  private static func prepare(_ database: ConnectionSettings) throws -> (Drydock, [String]) {
    let user = try Drydock(on: .v15)
    for (version, table) in [("0001", "t"), ("0002", "u")] {
      try user.write(patch: "\(version)_\(table).sql", "CREATE TABLE \(table) (a int);\n")
      try user.write(patch: "\(version)_\(table).undo.sql", "DROP TABLE \(table);\n")
    }
    let on = ["--database", database.argument]
    try user.run(["migrate"] + on + exempt).require(0)
    return (user, on)
  }

  @Test("Down to a version: what was taken back is told, and a version that is not there refuses")
  func downTo() throws {
    try withDatabase(on: .v15) { database in
      let (user, on) = try Self.prepare(database)
      let unknown = try user.run(["undo", "--to", "0007"] + on + Self.exempt)
      #expect(unknown.code == 2 && unknown.missingOfError == [], "\(unknown)")
      let undone = try user.run(["undo", "--to", "0", "--json"] + on + Self.exempt)
      let result = try undone.require(0).result(Undone.self)
      #expect(result.undone.map(\.version) == ["0002", "0001"])
      let none = try user.run(["undo", "--to", "0"] + on + Self.exempt).require(0)
      #expect(none.output.contains("Nothing is to be taken back."), "\(none)")
      let many = try user.run(["undo", "--to", "0"] + on + on + Self.exempt).require(0)
      #expect(many.output.contains("nothing to take back"), "\(many)")
    }
  }

  private struct Undone: Decodable {
    struct Patch: Decodable { var version: String }
    var undone: [Patch]
  }

  @Test("What another runner applies while an undo waits is not taken back without a receipt")
  func race() throws {
    try withDatabase(on: .v15) { database in
      let (user, on) = try Self.prepare(database)
      try user.run(["undo", "--to", "0"] + on + Self.exempt).require(0)
      let other = try Connection.open(database)
      try other.execute("SELECT pg_advisory_lock(x'00647279646f636b'::bigint)")
      let child = try user.invocation(["undo"] + on).start()
      let waiting = """
        SELECT count(*) FROM pg_stat_activity
        WHERE application_name = 'drydock lock' AND datname = current_database()
        """
      try Wait.asLongAs(other.query(waiting, []).int == 0 && child.status == nil)
      try other.execute(
        """
        CREATE TABLE u (a int);
        INSERT INTO drydock.events (position, kind, version, name, exact_hash, normalised_hash,
          tool_version, finished)
        SELECT 5, kind, version, name, exact_hash, normalised_hash, tool_version, now()
        FROM drydock.events WHERE position = 2;
        SELECT pg_advisory_unlock_all();
        """
      )
      #expect(try child.wait(timeLimit: .seconds(60)) == .exited(3))
      #expect(try other.query("SELECT to_regclass('u') IS NOT NULL", []).bool)
    }
  }

  @Test("An undo that did something else than in its rehearsal says how it goes on, and does")
  func otherChanges() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      let connection = try Connection.open(database)
      try connection.execute("CREATE TABLE item (id int); CREATE TABLE switch (is_on bool)")
      try user.write(patch: "0001_price.sql", "ALTER TABLE item ADD COLUMN price int;\n")
      try user.write(
        patch: "0001_price.undo.sql",
        """
        -- drydock: no-transaction
        DO $$ BEGIN
          ALTER TABLE item DROP COLUMN price;
          IF EXISTS (SELECT FROM switch) THEN ALTER TABLE item ADD COLUMN surprise int; END IF;
        END $$;
        """
      )
      let on = ["--database", database.argument]
      try user.backup(database)
      try user.run(["rehearse"] + on).require(0)
      try user.run(["migrate"] + on).require(0)
      try connection.execute("INSERT INTO switch VALUES (true)")
      let run = try user.run(["undo"] + on)
      #expect(run.code == 4, "\(run)")
      #expect(run.errors.contains("go on: drydock undo --version 0001"), "\(run)")
      let repaired = try user.run(["repair", "0001", "--because", "a test"] + on)
      #expect(repaired.code == 3, "\(repaired)")
      try connection.execute("ALTER TABLE item DROP COLUMN surprise")
      try user.run(["undo", "--version", "0001"] + on).require(0)
    }
  }
}
