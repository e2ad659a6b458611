import Files
import Postgres
import TestSupport
import Testing

@Suite("Drift")
struct DriftTests {
  private static let exempt = ["--without-receipt", "--because", "a test"]

  private static let first = """
    CREATE TABLE item (id int PRIMARY KEY, state varchar(10) CHECK (state IN ('new', 'old')));
    CREATE VIEW items AS SELECT id FROM item WHERE state IN ('new');

    """

  /// Applies two patches to a database.
  private func migrate(_ database: ConnectionSettings, _ user: Drydock) throws {
    try user.write(patch: "0001_item.sql", Self.first)
    try user.write(patch: "0002_more.sql", "ALTER TABLE item ADD COLUMN note text;\n")
    try user.run(["migrate", "--database", database.argument] + Self.exempt).require(0)
  }

  private func drift(
    _ database: ConnectionSettings,
    _ user: Drydock,
    _ more: [String] = []
  ) throws -> Run {
    try user.run(["drift", "--database", database.argument] + more)
  }

  @Test(
    "What the patches made is no drift; what somebody did by hand is",
    arguments: TestServer.either()
  )
  func byHand(server: TestServer) throws {
    try withDatabase(on: server) { database in
      let user = try Drydock(on: server)
      try migrate(database, user)
      try user.write(patch: "0003_later.sql", "CREATE TABLE later (a int);\n")
      let clean = try drift(database, user).require(0)
      #expect(clean.output.contains("what it should be"), "\(clean)")
      #expect(clean.output.contains("1 patch is pending"), "\(clean)")
      try Connection.open(database).execute(
        """
        ALTER TABLE item ADD COLUMN by_hand int;
        ALTER TABLE item ALTER note SET NOT NULL;
        DROP VIEW items;
        CREATE INDEX quick ON item (note);
        GRANT SELECT ON item TO PUBLIC;
        """
      )
      let run = try drift(database, user)
      #expect(run.code == 4, "\(run)")
      for line in [
        "+ column public.item.by_hand: integer", "- view public.items", "~ column public.item.note",
        "    - text", "    + text NOT NULL", "+ index public.item.quick",
        "~ access of table public.item",
      ] {
        #expect(run.output.contains(line), "\(line)\n\(run)")
      }
      #expect(try user.leftovers() == [])
    }
  }

  @Test("A patch that was edited or is gone is drift, whatever the schema")
  func files() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      try migrate(database, user)
      try user.write(patch: "0001_item.sql", Self.first + "-- a note\n")
      try Directory.removeFile("\(user.patches)/0002_more.sql")
      let run = try drift(database, user)
      #expect(run.code == 4, "\(run)")
      #expect(run.output.contains("edited"), "\(run)")
      #expect(run.output.contains("missing"), "\(run)")
      #expect(run.output.contains("+ column public.item.note"), "\(run)")
    }
  }

  @Test("A database that was restored says the same in other words, which is no drift")
  func restored() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      try migrate(database, user)
      try user.backup(database)
      try withDatabase(on: .v15) { copy in
        try user.restore(into: copy)
        try drift(copy, user).require(0)
      }
    }
  }

  @Test("The live schema is held against a definition, and against a snapshot")
  func references() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      let file = "\(user.directory)/init_database.sql"
      try AtomicFile.write(Array(Self.first.utf8), to: file)
      try Psql.run(file: file, on: database, server: .v15)
      try user.backup(database)
      try drift(database, user, ["--against", file]).require(0)
      try drift(database, user, ["--snapshot", "latest"]).require(0)
      try Connection.open(database).execute("CREATE TABLE other (a int)")
      for reference in [["--against", file], ["--snapshot", "latest"]] {
        let run = try drift(database, user, reference)
        #expect(run.code == 4, "\(run)")
        #expect(run.output.contains("+ table public.other"), "\(run)")
      }
      let both = try drift(database, user, ["--against", file, "--snapshot", "latest"])
      #expect(both.code == 2, "\(both)")
    }
  }

  @Test("Patches that begin with an existing schema are refused with the ways out")
  func noReference() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      try Connection.open(database).execute("CREATE TABLE old (a int)")
      try user.write(patch: "0001_on.sql", "ALTER TABLE old ADD COLUMN b int;\n")
      try user.run(["migrate", "--database", database.argument] + Self.exempt).require(0)
      let run = try drift(database, user)
      #expect(run.code == 3, "\(run)")
      #expect(run.errors.contains("--against FILE"), "\(run)")
      #expect(run.missingOfError == [], "\(run)")
      #expect(try user.leftovers() == [])
    }
  }
}
