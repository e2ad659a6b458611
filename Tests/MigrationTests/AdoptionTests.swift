import Migration
import Postgres
import Problems
import TestSupport
import Testing

@Suite("The ledger of another tool is taken over")
struct AdoptionTests {
  private static let flyway = """
    CREATE TABLE flyway_schema_history (installed_rank int PRIMARY KEY, version varchar(50),
      description varchar(200) NOT NULL, type varchar(20) NOT NULL, script varchar(1000) NOT NULL,
      checksum int, installed_by varchar(100) NOT NULL DEFAULT 'x',
      installed_on timestamp NOT NULL DEFAULT now(), execution_time int NOT NULL DEFAULT 1,
      success boolean NOT NULL);
    """
  private static let files = [
    "V1__a.sql": "1234\r\n56789", "V1.1__b.sql": "SELECT 2", "V2__c.sql": "SELECT 3",
    "R__v.sql": "SELECT 4",
  ]

  /// What would be recorded, or why nothing can be; the other ledger must stay as it was.
  private func adopt(
    _ tool: PatchLayout,
    _ files: [String: String],
    _ ledger: String,
    _ body: (Adoption) throws -> Void
  ) throws {
    try withRunner(.v15) { fixture in
      try fixture.eye.execute(ledger)
      let folder = try PatchFolder(files)
      let directory = try folder.read()
      let adoption = try Adoption(from: tool, directory, try Ledger.read(fixture.eye), fixture.eye)
      #expect(!fixture.eye.isInTransaction)
      try body(adoption)
    }
  }

  @Test("Flyway: in its order, undone ones taken out, repeatables by name, checksums compared")
  func flyway() throws {
    // The checksum of 123456789 that every description of CRC-32 gives: 0xCBF43926.
    let rows = """
      INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, checksum,
        success) VALUES (1, '1', 'a', 'SQL', 'V1__a.sql', -873187034, true),
        (2, '1.1', 'b', 'SQL', 'V1.1__b.sql', NULL, true),
        (3, '2', 'c', 'SQL', 'V2__c.sql', NULL, true),
        (4, '2', 'c', 'UNDO_SQL', 'U2__c.sql', NULL, true),
        (5, NULL, 'v', 'SQL', 'R__v.sql', 1, true)
      """
    try adopt(.flyway, Self.files, Self.flyway + rows) { adoption in
      try adoption.requireSound()
      #expect(adoption.patches.map(\.file) == ["V1__a.sql", "V1.1__b.sql"])
      #expect(adoption.verified == 1 && adoption.changed.map(\.file) == ["R__v.sql"])
    }
  }

  @Test("Flyway: a repeatable one that was deleted does not count, though its row has no version")
  func flywayDeleted() throws {
    let rows = """
      INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, success)
      VALUES (1, '1', 'a', 'SQL', 'V1__a.sql', true), (2, NULL, 'v', 'SQL', 'R__v.sql', true),
        (3, NULL, 'w', 'SQL', 'R__w.sql', true), (4, NULL, 'w', 'DELETE', 'R__w.sql', true)
      """
    try adopt(.flyway, Self.files, Self.flyway + rows) { adoption in
      try adoption.requireSound()
      #expect(adoption.patches.map(\.file) == ["V1__a.sql", "R__v.sql"])
    }
  }

  @Test("A table that is no ledger of that tool is told in words, with or without a dry run")
  func otherTable() throws {
    try withRunner(.v15) { fixture in
      try fixture.eye.execute("CREATE TABLE strange (a int)")
      let directory = try PatchFolder(Self.files).read()
      let looked = #expect(throws: Problem.self) {
        try Adoption(
          from: .flyway,
          directory,
          try Ledger.read(fixture.eye),
          table: "strange",
          fixture.eye
        )
      }
      let held = #expect(throws: Problem.self) {
        try fixture.runner.hold { _ = try $0.adoption(from: .flyway, directory, table: "strange") }
      }
      for problem in [looked, held] {
        #expect(problem?.summary == "cannot read the ledger of flyway in strange")
        #expect(problem?.hint?.hasPrefix("Nothing was recorded.") == true)
      }
    }
  }

  @Test("Flyway: a baseline means all before it")
  func flywayBaseline() throws {
    let rows = """
      INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, success)
      VALUES (1, '1.1', 'base', 'BASELINE', 'base', true)
      """
    try adopt(.flyway, Self.files, Self.flyway + rows) { adoption in
      #expect(adoption.patches.map(\.file) == ["V1__a.sql", "V1.1__b.sql"])
    }
  }

  @Test("Flyway: an edited file, a failed one, one without file and a gap are listed")
  func flywayUnsound() throws {
    let rows = """
      INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, checksum,
        success) VALUES (1, '1', 'a', 'SQL', 'V1__a.sql', 7, true),
        (2, '2', 'c', 'SQL', 'V2__c.sql', NULL, true), (3, '3', 'd', 'SQL', 'V3__d.sql', 1, false),
        (4, '4', 'e', 'JDBC', 'db.V4__e', NULL, true)
      """
    try adopt(.flyway, Self.files, Self.flyway + rows) { adoption in
      let problem = #expect(throws: Problem.self) { try adoption.requireSound() }
      #expect(
        problem?.facts.map(\.name)
          == [
            "baseline.failed-migration", "baseline.edited", "baseline.no-file", "baseline.gap",
          ]
      )
    }
  }

  @Test("golang-migrate: all up to the version; a dirty one is refused with what to do")
  func golangMigrate() throws {
    let files = ["1_a.up.sql": "SELECT 1", "2_b.up.sql": "SELECT 2", "3_c.up.sql": "SELECT 3"]
    let table =
      "CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL);"
    try adopt(.golangMigrate, files, table + "INSERT INTO schema_migrations VALUES (2, false)") {
      #expect($0.patches.map(\.file) == ["1_a.up.sql", "2_b.up.sql"] && $0.problems.isEmpty)
    }
    try adopt(.golangMigrate, files, table + "INSERT INTO schema_migrations VALUES (2, true)") {
      #expect($0.problems.map(\.code) == ["baseline.dirty"])
      #expect($0.problems.first?.hint?.contains("migrate force VERSION") == true)
    }
    try adopt(.golangMigrate, files, table + "INSERT INTO schema_migrations VALUES (9, false)") {
      #expect($0.problems.map(\.code) == ["baseline.no-file"])
    }
  }

  @Test("dbmate: a list, in whatever schema, told from golang-migrate's table of that name")
  func dbmate() throws {
    let files = [
      "1_a.sql": "-- migrate:up\n", "2_b.sql": "-- migrate:up\n", "3_c.sql": "-- migrate:up\n",
    ]
    let tables = """
      CREATE SCHEMA app; CREATE TABLE app.schema_migrations (version varchar(128) PRIMARY KEY);
      CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL);
      """
    try adopt(.dbmate, files, tables + "INSERT INTO app.schema_migrations VALUES ('1'), ('2')") {
      #expect(
        $0.patches.map(\.file) == ["1_a.sql", "2_b.sql"] && $0.table == "app.schema_migrations"
      )
    }
    try adopt(.dbmate, files, tables + "INSERT INTO app.schema_migrations VALUES ('1'), ('3')") {
      #expect($0.problems.map(\.summary) == ["2_b.sql is not applied, although 3 is"])
    }
  }

  @Test("goose: the last row of a version counts")
  func goose() throws {
    let files = ["00001_a.sql": "-- +goose Up\n", "00002_b.sql": "-- +goose Up\n"]
    let table = """
      CREATE TABLE goose_db_version (id serial PRIMARY KEY, version_id bigint NOT NULL,
        is_applied boolean NOT NULL, tstamp timestamp DEFAULT now());
      INSERT INTO goose_db_version (version_id, is_applied)
      VALUES (0, true), (1, true), (2, true), (2, false);
      """
    try adopt(.goose, files, table) { #expect($0.patches.map(\.file) == ["00001_a.sql"]) }
  }

  @Test("Sqitch: the changes of the project in their order, which must be the plan's")
  func sqitch() throws {
    let files = [
      "sqitch.plan": "%project=shop\na 2012 x <x>\nb 2012 x <x>\nc 2012 x <x>\n",
      "deploy/a.sql": "SELECT 1", "deploy/b.sql": "SELECT 2", "deploy/c.sql": "SELECT 3",
    ]
    let table = """
      CREATE SCHEMA sqitch; CREATE TABLE sqitch.changes (change_id text PRIMARY KEY, change text,
        project text, committed_at timestamptz, planned_at timestamptz);
      """
    let other = "INSERT INTO sqitch.changes VALUES ('9', 'z', 'other', '2012-01-01', '2012-01-01');"
    func rows(_ one: String, _ two: String) -> String {
      "INSERT INTO sqitch.changes VALUES ('1', '\(one)', 'shop', '2013-01-01', '2012-01-01'),"
        + " ('2', '\(two)', 'shop', '2013-01-02', '2012-01-02');"
    }
    try adopt(.sqitch, files, table + other + rows("a", "b")) {
      #expect($0.patches.map(\.file) == ["deploy/a.sql", "deploy/b.sql"])
    }
    try adopt(.sqitch, files, table + other + rows("a", "c")) {
      #expect($0.problems.map(\.code) == ["baseline.other-order"])
    }
  }

  @Test("Diesel: versions with and without dashes")
  func diesel() throws {
    let files = [
      "00000000000000_a/up.sql": "SELECT 1", "2017-08-31-230457_b/up.sql": "SELECT 2",
      "2026-07-30-140000-0001_c/up.sql": "SELECT 3",
    ]
    let table = """
      CREATE TABLE __diesel_schema_migrations (version varchar(50) PRIMARY KEY, run_on timestamp);
      INSERT INTO __diesel_schema_migrations
      VALUES ('00000000000000'), ('20170831230457'), ('202607301400000001');
      """
    try adopt(.diesel, files, table) { #expect($0.patches.count == 3 && $0.problems.isEmpty) }
  }

  @Test("What is taken over counts as applied, once, and the other ledger is as it was")
  func recorded() throws {
    try withRunner(.v15) { fixture in
      let rows =
        "INSERT INTO flyway_schema_history (installed_rank, version, description, type, script,"
        + " success) VALUES (1, '1', 'a', 'SQL', 'V1__a.sql', true)"
      try fixture.eye.execute(Self.flyway + rows)
      let whole = "SELECT string_agg(f::text, ' ') FROM flyway_schema_history f"
      let before = try fixture.value(whole)
      let directory = try PatchFolder(["V1__a.sql": "nonsense", "V2__b.sql": "CREATE TABLE b ()"])
        .read()
      for count in [1, 0] {
        try fixture.runner.hold { held in
          let adoption = try held.adoption(from: .flyway, directory)
          #expect(adoption.patches.count == count)
          try held.baseline(adoption.patches, because: "taken over")
        }
      }
      #expect(try fixture.runner.migrate(directory).map(\.name) == ["V2__b"])
      #expect(try fixture.ledger() == "1:baseline 2:applied")
      #expect(try fixture.value(whole) == before)
    }
  }

  @Test("No ledger, two of them, and the directory of another tool are refused")
  func refused() throws {
    try withRunner(.v15) { fixture in
      let goose = try PatchFolder(["00001_a.sql": "-- +goose Up\n"]).read()
      func code(_ tool: PatchLayout, _ table: String? = nil) throws -> String? {
        let state = try Ledger.read(fixture.eye)
        return #expect(throws: Problem.self) {
          try Adoption(from: tool, goose, state, table: table, fixture.eye)
        }?.code
      }
      #expect(try code(.dbmate) == "baseline.other-layout")
      #expect(try code(.goose) == "baseline.no-ledger")
      let columns = "(id serial, version_id bigint, is_applied boolean)"
      try fixture.eye.execute(
        "CREATE SCHEMA a; CREATE TABLE a.goose_db_version \(columns);"
          + "CREATE TABLE goose_db_version \(columns)"
      )
      #expect(try code(.goose) == "baseline.many-ledgers")
      let state = try Ledger.read(fixture.eye)
      let given = try Adoption(from: .goose, goose, state, table: "a.goose_db_version", fixture.eye)
      #expect(given.table == "a.goose_db_version" && given.patches.isEmpty)
    }
  }
}
