import Postgres
import TestSupport
import Testing

@testable import Catalog

@Suite("Drift inside and outside of a patch's footprint")
struct FootprintTests {
  @Test(
    "What refuses and what is only listed",
    arguments: [
      ("ALTER TABLE app.jobs ADD COLUMN other text", true),
      ("CREATE INDEX other ON app.jobs (amount)", true),
      ("ALTER TABLE app.derived ADD job bigint REFERENCES app.jobs", true),
      ("CREATE VIEW app.seen AS SELECT id FROM app.jobs", true),
      ("CREATE OR REPLACE VIEW app.open_jobs AS SELECT id, kind FROM app.jobs", true),
      ("GRANT SELECT ON app.jobs TO PUBLIC", true),
      ("GRANT USAGE ON SCHEMA app TO PUBLIC", true),
      ("ALTER EXTENSION amcheck UPDATE TO '1.1'", true),
      ("ALTER TABLE app.base ADD COLUMN other text", false),
      ("CREATE TABLE app.jobs_old (a integer)", false),
      ("CREATE SCHEMA elsewhere CREATE TABLE jobs (a integer)", false),
      ("CREATE OR REPLACE PROCEDURE app.work() LANGUAGE sql AS 'SELECT 1'", false),
    ]
  )
  func drift(sql: String, refuses: Bool) throws {
    try withDatabase(on: .v15) { settings in
      let connection = try Connection.open(settings)
      try connection.execute(FingerprintFixture.sql)
      let before = try SchemaFingerprint.read(connection)
      try connection.execute("BEGIN; ALTER TABLE app.jobs ADD COLUMN note text")
      let change = ChangeSet(from: before, to: try SchemaFingerprint.read(connection))
      try connection.execute("ROLLBACK")
      let footprint = Footprint(tables: ["app.jobs"], changes: [change])

      try connection.execute(sql)
      let drift = try SchemaFingerprint.read(connection).difference(from: before)
      let (inside, outside) = drift.parted(by: footprint)
      #expect(!drift.isEmpty)
      #expect(inside.isEmpty != refuses)
      #expect(Set(inside.objects + outside.objects) == Set(drift.objects))
      if !refuses { #expect(outside == drift) }
    }
  }

  @Test(
    "An object's home is its table, or itself",
    arguments: [
      (SchemaObject(.structure, "column", "public.jobs.id"), "public.jobs"),
      (SchemaObject(.structure, "index", "public.\"a.b (c)\".x"), "public.\"a.b (c)\""),
      (SchemaObject(.structure, "table", "public.jobs"), "public.jobs"),
      (SchemaObject(.structure, "function", "app.add(a integer, b app.t)"), "app.add"),
      (SchemaObject(.structure, "operator class", "app.k using btree"), "app.k"),
      (SchemaObject(.structure, "publication", "feed"), "feed"),
    ]
  )
  func home(object: SchemaObject, home: String) {
    #expect(object.home == home)
  }

  @Test("A name is mentioned only as a whole")
  func mentions() {
    #expect(Footprint.mentions("app.jobs", in: "SELECT id FROM app.jobs"))
    #expect(Footprint.mentions("app.jobs", in: "REFERENCES app.jobs(id)"))
    #expect(!Footprint.mentions("app.jobs", in: "SELECT id FROM app.jobs_old"))
    #expect(!Footprint.mentions("app.jobs", in: "SELECT id FROM myapp.jobs"))
  }
}
