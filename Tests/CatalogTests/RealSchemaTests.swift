import Postgres
import Processes
import TestSupport
import Testing

@testable import Catalog

@Suite("Fingerprints of real databases")
struct RealSchemaTests {
  /// The samples are dumps already, so their texts went through the server once and are settled.
  @Test(
    "A copy made by pg_dump and psql has the same structure, down to the last text",
    arguments: ["cosims", "pagila", "chinook", "northwind", "employees", "world"]
  )
  func secondGeneration(sample: String) throws {
    let file = try SharedInputs.real() + "/databases/\(sample).sql.zst"
    try withDatabase(on: .v15) { original in
      try withDatabase(on: .v15) { copy in
        let dump = try Invocation("zstd", ["-dc", file]).run(output: .captured(limit: 1 << 30))
        try Connection.open(original).execute(Self.roles)
        try Psql.run(dump.checked().text, on: original, server: .v15)
        let schema = try Psql.dump(original, server: .v15, ["--schema-only"])
        try Psql.run(schema, on: copy, server: .v15)
        let first = try SchemaFingerprint.read(Connection.open(original))
        let second = try SchemaFingerprint.read(Connection.open(copy))
        #expect(first.objects.count > 10)
        let difference = second.restricted(to: [.structure])
          .difference(from: first.restricted(to: [.structure]))
        #expect(difference.lines == [])
        print("\(sample): \(first.objects.count) objects")
      }
    }
  }

  /// The roles that the samples' grants and owners name.
  private static let roles = """
    DO $$ DECLARE name text; BEGIN
      FOREACH name IN ARRAY ARRAY['web_anonymous', 'authenticator', 'cosims'] LOOP
        BEGIN EXECUTE format('CREATE ROLE %I', name);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END;
      END LOOP;
    END $$
    """
}
