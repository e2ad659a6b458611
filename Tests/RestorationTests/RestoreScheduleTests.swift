import Digests
import Dispatch
import Postgres
import Snapshot
import Synchronization
import TestSupport
import Testing

@testable import Restoration

@Suite("A restore is handed out in steps")
struct RestoreScheduleTests {
  private func table(_ oid: Int, _ name: String) -> Manifest.Table {
    Manifest.Table(
      oid: oid,
      schema: "public",
      name: name,
      fileNode: nil,
      columns: [],
      pages: 0,
      stripePages: 0,
      rows: 1,
      bytes: 100 - oid,
      digest: .zero,
      segments: [],
      loadRoot: nil,
      condition: nil,
      isConfiguration: false,
      indexes: [],
      reading: Manifest.Reading(way: .whole, reason: "", seconds: 0)
    )
  }

  private func schedule() throws -> RestoreSchedule {
    let (big, small) = (table(1, "big"), table(2, "small"))
    let entry = try #require(Archive.Entry("7; 1259 7 INDEX public big_key owner"))
    let pieces = [big, big, small].map { LoadPlan.Piece(table: $0, stripes: [][...]) }
    return RestoreSchedule(
      pieces,
      builds: [1: [IndexBuild(entry: entry, script: "")]],
      claims: DigestComparison(of: [big], seed: 0, encoding: "UTF8").claims
    )
  }

  private func name(_ step: RestoreSchedule.Step?) -> String {
    switch step {
    case .load(let piece): "load \(piece.table.name)"
    case .build: "build"
    case .compare: "compare"
    case nil: "end"
    }
  }

  private func piece(_ step: RestoreSchedule.Step?) throws -> LoadPlan.Piece {
    guard case .load(let piece) = step else { throw Unexpected() }
    return piece
  }

  private struct Unexpected: Error {}

  /// Asks on a thread of its own.
  private final class Other: Sendable {
    private let answer = Mutex("")
    private let group = DispatchGroup()

    init(_ ask: @escaping @Sendable () -> String) {
      DispatchQueue(label: "other").async(group: group) { [self] in
        let found = ask()
        answer.withLock { $0 = found }
      }
    }

    /// What it was told, as soon as it was.
    var result: String {
      group.wait()
      return answer.withLock { $0 }
    }
  }

  @Test("An index follows the last piece of its table, before the next table's rows")
  func indexAfterTable() throws {
    let schedule = try schedule()
    let first = try piece(schedule.next())
    let second = try piece(schedule.next())
    schedule.loaded(second)
    // One piece of the big table is still on its way, so its index is not.
    let third = try piece(schedule.next())
    #expect(third.table.name == "small")
    schedule.loaded(first)
    #expect(name(schedule.next()) == "build")
    schedule.loaded(third)
    #expect(["compare", "end"] == [name(schedule.next()), name(schedule.next())])
  }

  @Test("Nothing is compared, and nobody leaves, while rows are on their way")
  func waitsForRows() throws {
    let schedule = try schedule()
    let pieces = try (0..<3).map { _ in try piece(schedule.next()) }
    for piece in pieces.dropLast() { schedule.loaded(piece) }
    #expect(name(schedule.next()) == "build")
    // Whether the other has come to wait or not: what it gets is the comparison.
    let other = Other { name(schedule.next()) }
    schedule.loaded(pieces[2])
    #expect(other.result == "compare")
  }

  @Test("After a failure nobody takes anything, and whoever waits is woken")
  func stops() throws {
    let schedule = try schedule()
    for _ in 0..<3 { _ = try piece(schedule.next()) }
    let other = Other { name(schedule.next()) }
    schedule.stop()
    #expect(other.result == "end")
    #expect(name(schedule.next()) == "end")
  }

  @Test("Indexes of every kind are back after a restore", arguments: TestServer.either())
  func indexes(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(
        """
        CREATE TABLE names (name text PRIMARY KEY);
        CREATE FUNCTION known(text) RETURNS bool IMMUTABLE LANGUAGE sql AS
          $$ SELECT EXISTS (SELECT FROM public.names WHERE name = $1) $$;
        CREATE TABLE large (id int PRIMARY KEY, tags int[], note text, UNIQUE (note, id));
        CREATE TABLE small (id int PRIMARY KEY REFERENCES large, note text);
        INSERT INTO names VALUES ('note 7');
        INSERT INTO large SELECT i, ARRAY[i % 7, i % 11], 'note ' || i || repeat('x', 100)
          FROM generate_series(1, 90000) i;
        INSERT INTO large VALUES (0, '{}', 'note 7');
        INSERT INTO small SELECT i, 'small' FROM generate_series(1, 10) i;
        CREATE INDEX large_tags ON large USING gin (tags);
        CREATE INDEX large_known ON large (known(note));
        CREATE INDEX large_some ON large (id) WHERE known(note);
        CREATE INDEX "large odd (name)" ON large (note text_pattern_ops DESC);
        ALTER TABLE large CLUSTER ON large_pkey;
        COMMENT ON INDEX large_tags IS 'of large';
        """
      )
      let content = try await stage.snapshot()
      let list = """
        SELECT string_agg(pg_get_indexdef(indexrelid) || indisclustered
          || coalesce(obj_description(indexrelid), ''), ';' ORDER BY indexrelid::regclass::text)
        FROM pg_index WHERE indrelid IN ('large'::regclass, 'small'::regclass, 'names'::regclass)
        """
      try await withDatabase(on: server) { target in
        var options = RestoreOptions()
        options.binaryDirectory = try stage.binaries
        _ = try await RestoreRun(of: content, into: target, options: options).run()
        let connection = try Connection.open(target)
        #expect(try connection.execute(list).value == stage.sql(list).value)
        // Built before the rows that its function reads, this index would be empty.
        let known = "SET enable_seqscan = off; SELECT id FROM large WHERE known(note)"
        #expect(try connection.execute(known).int == 0)
      }
    }
  }
}
