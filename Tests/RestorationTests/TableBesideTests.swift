import Postgres
import Problems
import Snapshot
import Synchronization
import TestSupport
import Testing

@testable import Restoration

@Suite("One table is restored beside the live one")
struct TableBesideTests {
  @Test(
    "it has rows, defaults, indexes and rights of its own; what ties it to others is listed",
    arguments: TestServer.either()
  )
  func whole(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      try stage.sql(Self.more)
      let content = try await stage.snapshot()
      try stage.sql("UPDATE shop.jobs SET note = 'spoilt'; DELETE FROM shop.jobs WHERE id > 400")
      let result = try await stage.beside("shop.jobs", "jobs_restored", content)
      #expect(result.name == "shop.jobs_restored")
      #expect(result.rows == 500 && result.isVerified)
      #expect(try stage.count("shop.jobs") == 400)
      let sum = "SELECT count(*) FROM shop.jobs_restored WHERE note = 'job ' || id"
      #expect(try stage.sql(sum).int == 500)
      #expect(result.omissions.sorted() == Self.ties)
      #expect(try stage.indexes("jobs_restored") == Self.indexes)
      // Its identity goes on where the snapshot's stood, and the live one's is another.
      let next = "INSERT INTO shop.jobs_restored (customer) VALUES (1) RETURNING id"
      #expect(try stage.sql(next).int == 501)
      #expect(try stage.sql("INSERT INTO shop.jobs (customer) VALUES (1) RETURNING id").int == 501)
      let secured = "SELECT relrowsecurity FROM pg_class WHERE relname = 'jobs_restored'"
      #expect(try stage.sql(secured).bool)
      let policies = "SELECT string_agg(polname, ' ') FROM pg_policy p JOIN pg_class c"
      #expect(
        try stage.sql("\(policies) ON c.oid = polrelid WHERE relname = 'jobs_restored'").value
          == "own"
      )
    }
  }

  private static let more = """
    CREATE INDEX by_note ON shop.jobs (lower(note));
    CREATE STATISTICS shop.of_jobs ON customer, state FROM shop.jobs;
    COMMENT ON INDEX shop.by_note IS 'for searching';
    CREATE POLICY own ON shop.jobs USING (customer > 0);
    CREATE POLICY by_customer ON shop.jobs
      USING (customer IN (SELECT id FROM shop.customers));
    ALTER TABLE shop.jobs ENABLE ROW LEVEL SECURITY;
    CREATE PUBLICATION news FOR TABLE shop.jobs;
    CREATE RULE quiet AS ON DELETE TO shop.jobs WHERE OLD.id < 0 DO INSTEAD NOTHING;
    """

  private static let ties = [
    "foreign key jobs_customer_fkey of shop.jobs",
    "policy by_customer of shop.jobs, which reads other tables; row security is on",
    "publication news of shop.jobs", "rule quiet of shop.jobs", "trigger touch of shop.jobs",
  ]

  private static let indexes = [
    "jobs_restored_by_note for searching", "jobs_restored_customer", "jobs_restored_pkey",
  ]

  @Test(
    "no other relation is locked, and nobody waits, until the very end",
    arguments: TestServer.either()
  )
  func locks(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      try stage.sql(Self.more)
      try stage.sql(
        "CREATE SEQUENCE shop.shared; ALTER TABLE shop.jobs ADD number bigint DEFAULT 7"
      )
      try stage.sql("ALTER TABLE shop.jobs ALTER number SET DEFAULT nextval('shop.shared')")
      let content = try await stage.snapshot()
      let before = try stage.sql("SELECT string_agg(oid::text, ',') FROM pg_class").value ?? ""
      let seen = Mutex<[String]>([])
      let result = try await stage.beside("shop.jobs", "jobs_restored", content) { progress in
        guard progress.phase == "comparing" else { return }
        let log = Result { try stage.lockLog(before) + stage.disturb() }
        seen.withLock { $0 = (try? log.get()) ?? ["failed: \(log)"] }
      }
      #expect(result.rows == 500)
      // Of the relations that were there before only the sequence that a default names, and that
      // as by a SELECT, where the server locks what a default names.
      let old = try stage.locksSequenceOfDefault() ? "shop.shared AccessShareLock" : ""
      let expected = ["old relations: \(old)", "new relations: locked", "nobody waits"]
      #expect(seen.withLock(\.self) == expected)
    }
  }

  @Test("a server that dies in the last step leaves nothing", arguments: TestServer.either())
  func killed(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let content = try await stage.snapshot()
      let problem = try await refusal {
        _ = try await stage.beside("shop.jobs", "jobs_restored", content) { progress in
          guard progress.phase == "comparing" else { return }
          _ = try? stage.sql(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
              AND backend_type = 'client backend'
            """
          )
        }
      }
      #expect(problem.code == "postgres.connection", "\(problem)")
      #expect(problem.facts.contains { $0.value.hasPrefix("nothing was changed") }, "\(problem)")
      let left = "SELECT count(*) FROM pg_class WHERE relname LIKE 'jobs_restored%'"
      #expect(try stage.sql(left).int == 0)
    }
  }

  @Test("a partitioned table comes with its partitions", arguments: TestServer.either())
  func tree(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      try stage.sql("CREATE INDEX ON shop.events (at); CREATE INDEX ON shop.events_2026 (what)")
      let content = try await stage.snapshot()
      let result = try await stage.beside("shop.events", "events_old", content)
      #expect(result.omissions == [])
      #expect(try stage.count("shop.events_old") == 100)
      #expect(try stage.count("shop.events_old_2026") == 100)
      #expect(try stage.indexes("events_old_2026").count == 2)
      let leaf = try await stage.beside("shop.events_2026", "only_2026", content)
      #expect(leaf.omissions == ["being a partition of shop.events"])
      #expect(try stage.count("shop.only_2026") == 100)
      #expect(try stage.count("shop.events") == 100)
    }
  }

  @Test(
    "what the live database lacks is named, and nothing is made",
    arguments: TestServer.either()
  )
  func needs(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      try stage.sql(
        """
        CREATE FUNCTION shop.short(t text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT $1';
        CREATE INDEX ON shop.jobs (shop.short(note));
        """
      )
      let content = try await stage.snapshot()
      try stage.sql("ALTER TYPE shop.state RENAME TO status; DROP FUNCTION shop.short CASCADE")
      let problem = try await refusal {
        _ = try await stage.beside("shop.jobs", "jobs_restored", content)
      }
      #expect(problem.kind == .refused && problem.code == "restore.needs", "\(problem)")
      #expect(
        problem.facts.map(\.value) == ["function shop.short(pg_catalog.text)", "type shop.state"],
        "\(problem)"
      )
    }
  }

  @Test("a name that is taken, a view, and several tables are refused")
  func refused() async throws {
    try await Stage.with(.v15) { stage in
      try stage.sql(shop)
      let content = try await stage.snapshot()
      for (table, name, code) in [
        ("shop.jobs", "customers", "restore.name-taken"),
        ("shop.jobs", "state", "restore.name-taken"),
        ("shop.ready", "x", "restore.no-such-table"),
        ("shop.*", "x", "restore.rename-one-table"),
        ("shop.jobs", String(repeating: "x", count: 64), "restore.rename-length"),
      ] {
        let problem = try await refusal { _ = try await stage.beside(table, name, content) }
        #expect(problem.code == code, "\(table) \(name): \(problem)")
      }
    }
  }

  @Test("names fit 63 bytes, keep whole characters and never collide")
  func names() {
    var names = BesideNames(old: "jobs", new: "jobs_restored", taken: ["s": ["jobs_restored_pkey"]])
    #expect(names.name(for: "jobs_pkey", in: "s") == "jobs_restored_pkey_2")
    #expect(names.name(for: "jobs_pkey", in: "t") == "jobs_restored_pkey")
    #expect(names.name(for: "jobsite", in: "s") == "jobs_restored_jobsite")
    let long = String(repeating: "é", count: 30)
    let first = names.name(for: long, in: "s")
    let second = names.name(for: long, in: "s")
    #expect(first == "jobs_restored_" + String(repeating: "é", count: 24))
    #expect(second == "jobs_restored_" + String(repeating: "é", count: 23) + "_2")
    #expect(max(first.utf8.count, second.utf8.count) <= 63)
  }
}

extension Stage {
  @discardableResult
  func beside(
    _ table: String,
    _ name: String,
    _ content: SnapshotContent,
    progress: @escaping @Sendable (RestoreProgress) -> Void = { _ in }
  ) async throws -> RestoreResult {
    var options = RestoreOptions()
    options.tables = [table]
    options.binaryDirectory = try binaries
    return try await TableBeside(
      of: content,
      rename: name,
      into: settings,
      options: options,
      progress: progress
    ).run()
  }

  fileprivate func indexes(_ table: String) throws -> [String] {
    try sql(
      """
      SELECT concat_ws(' ', c.relname, obj_description(c.oid)) AS name FROM pg_index i
      JOIN pg_class c ON c.oid = i.indexrelid
      WHERE i.indrelid = 'shop.\(table)'::regclass ORDER BY 1
      """
    ).map { $0.string("name") }
  }

  /// What the other sessions of this database have locked: what was there before, and what was not.
  fileprivate func lockLog(_ before: String) throws -> [String] {
    func locked(_ condition: String) throws -> String {
      try sql(
        """
        SELECT string_agg(DISTINCT l.relation::regclass || ' ' || l.mode, ', ') FROM pg_locks l
        JOIN pg_stat_activity a USING (pid)
        WHERE l.locktype = 'relation' AND a.pid <> pg_backend_pid()
          AND a.datname = current_database() AND a.backend_type = 'client backend'
          AND l.relation >= 16384 AND l.relation \(condition) (\(before))
        """
      ).value ?? ""
    }
    let new = try locked("NOT IN")
    return ["old relations: \(try locked("IN"))", "new relations: \(new.isEmpty ? "" : "locked")"]
  }

  /// Does to the live tables what conflicts with every lock there is.
  fileprivate func disturb() throws -> [String] {
    try sql(
      """
      SET lock_timeout = 500; UPDATE shop.jobs SET note = 'written';
      ALTER TABLE shop.jobs ADD COLUMN late int; ALTER TABLE shop.customers ADD COLUMN late int;
      DROP INDEX shop.by_note
      """
    )
    return ["nobody waits"]
  }
}
