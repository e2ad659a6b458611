import Postgres
import TestSupport
import Testing

@Suite("What differs between two snapshots of a real database")
struct DiffTests {
  /// What `diff --json` ends with.
  private struct Differences: Decodable {
    struct Table: Decodable, Equatable {
      let table: String
      let rows_before: Int?
      let rows_after: Int?
      let removed: Int?
      let added: Int?
    }

    struct Value: Decodable, Equatable {
      let name: String
      let before: Int?
      let after: Int?
    }

    let schema: [String]
    let equal_tables: Int
    let tables: [Table]
    let sequences: [Value]
    let large_objects: [Value]
  }

  @Test("Schema, rows, sequences and large objects", arguments: TestServer.either())
  func differences(server: TestServer) throws {
    try withDatabase(on: server) { source in
      let connection = try Connection.open(source)
      try connection.execute(
        """
        CREATE TABLE jobs (id bigserial, state text);
        INSERT INTO jobs (state) SELECT 'new' FROM generate_series(1, 20000);
        CREATE TABLE quiet AS SELECT i FROM generate_series(1, 5000) i;
        CREATE TABLE wide AS SELECT i FROM generate_series(1, 100) i;
        CREATE TABLE leaving ();
        SELECT lo_from_bytea(70005, 'content');
        """
      )
      let user = try Drydock(on: server)
      let first = try user.backup(source)
      try connection.execute(
        """
        UPDATE jobs SET state = 'done' WHERE id <= 7;
        DELETE FROM jobs WHERE id BETWEEN 10000 AND 10009;
        INSERT INTO jobs (state) VALUES ('new'), ('new'), ('new');
        ALTER TABLE wide ADD remark text;
        DROP TABLE leaving;
        CREATE TABLE coming AS SELECT 1 AS one;
        SELECT lo_put(70005, 0, 'more content');
        """
      )
      try user.backup(source)
      // Rows that move without a change are the same rows.
      try connection.execute("VACUUM FULL quiet")
      try user.backup(source)
      let run = try user.run(["diff", first.snapshot, "latest", "--rows", "--json"])
      let found = try run.require(0).result(Differences.self)
      #expect(found.equal_tables == 1)
      #expect(
        found.tables == [
          .init(table: "public.coming", rows_before: nil, rows_after: 1, removed: 0, added: 1),
          .init(
            table: "public.jobs",
            rows_before: 20000,
            rows_after: 19993,
            removed: 17,
            added: 10
          ),
          .init(table: "public.leaving", rows_before: 0, rows_after: nil, removed: 0, added: 0),
          .init(table: "public.wide", rows_before: 100, rows_after: 100, removed: nil, added: nil),
        ]
      )
      #expect(
        found.sequences == [.init(name: "public.jobs_id_seq", before: 20000, after: 20003)]
      )
      #expect(found.large_objects == [.init(name: "70005", before: 7, after: 12)])
      #expect(found.schema.contains("+ column public.wide.remark: text"), "\(found.schema)")
      #expect(found.schema.contains { $0.hasPrefix("- table public.leaving") })
      let text = try user.run(["diff", first.snapshot]).require(0).output
      #expect(text.contains("other columns") && !text.contains("removed"), "\(text)")
      let none = try user.run(["diff", "latest", "latest", "--rows"]).require(0).output
      #expect(none.contains("Nothing differs"), "\(none)")
    }
  }
}
