import Postgres
import TestSupport
import Testing

@Suite("What a rehearsal tells of a patch")
struct ObservationTests {
  /// What `rehearse --json` ends with.
  private struct Rehearsed: Decodable {
    struct Patch: Decodable {
      var temporaryBytes: Int?
      var statements: [Statement]
    }

    struct Statement: Decodable {
      struct Lock: Decodable { var table, mode: String }
      struct Rewrite: Decodable { var table, reason: String }
      struct Index: Decodable { var index: String }
      struct Object: Decodable { var kind, name: String }
      struct Change: Decodable { var inserted, updated, deleted: Int }

      var locks: [Lock]
      var rewrites: [Rewrite]
      var indexRewrites: [Index]
      var created, dropped: [Object]
      var changes: [Change]
    }

    var verdict: String
    var patches: [Patch]
  }

  @Test(
    "Reasons, indexes, objects and rows are in the report and its JSON; production gets no watch",
    arguments: TestServer.either()
  )
  func told(server: TestServer) throws {
    try withDatabase(on: server) { database in
      let user = try Drydock(on: server)
      let live = try Connection.open(database)
      try live.execute(
        """
        CREATE TABLE t (id int PRIMARY KEY, a int); CREATE TABLE old (a int);
        INSERT INTO t SELECT i, i FROM generate_series(1, 100) AS i
        """
      )
      try user.backup(database)
      try user.write(
        patch: "0001_first.sql",
        "ALTER TABLE t ALTER COLUMN id TYPE bigint;\nDELETE FROM t WHERE a > 90;\n"
      )
      try user.write(
        patch: "0002_second.sql",
        """
        -- drydock: no-transaction
        DO $$ BEGIN DROP TABLE old; COMMIT; CREATE INDEX t_a ON t (a); COMMIT; END $$;

        """
      )
      let rehearse = ["rehearse", "--database", database.argument]
      let result = try user.run(rehearse + ["--json"]).require(0).result(Rehearsed.self)
      #expect(result.verdict == "yes")
      let first = result.patches[0].statements
      #expect(first[0].rewrites.map { "\($0.table) \($0.reason)" } == ["public.t columnType"])
      #expect(first[0].indexRewrites.map(\.index) == ["public.t_pkey"])
      #expect(first[1].changes.map(\.deleted) == [10])
      #expect(result.patches[0].temporaryBytes == 0)
      let block = result.patches[1].statements[0]
      #expect(block.dropped.map { "\($0.kind) \($0.name)" } == ["table public.old"])
      #expect(block.created.map { "\($0.kind) \($0.name)" } == ["index public.t_a"])
      let locks = block.locks.map { "\($0.table) \($0.mode)" }
      #expect(locks.contains("public.old AccessExclusiveLock"), "\(locks)")
      #expect(locks.contains("public.t ShareLock"), "\(locks)")
      let text = try user.run(rehearse).require(0).output
      for words in [
        "writes again public.t: a column changes its type", "builds again public.t_pkey",
        "drops table public.old", "creates index public.t_a",
      ] {
        #expect(text.contains(words), "\(text)")
      }
      try user.run(["migrate", "--database", database.argument]).require(0)
      let traces = """
        SELECT (SELECT count(*) FROM pg_event_trigger)
          + (SELECT count(*) FROM pg_namespace WHERE nspname = 'pg_drydock')
        """
      #expect(try live.query(traces, []).int == 0)
    }
  }
}
