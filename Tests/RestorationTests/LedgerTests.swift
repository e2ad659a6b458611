import Postgres
import Problems
import Snapshot
import Synchronization
import TestSupport
import Testing

@testable import Restoration

@Suite("The ledger follows a schema's restore")
struct LedgerTests {
  @Test(
    "patches since the snapshot are set back, and come again on undo",
    arguments: TestServer.either()
  )
  func setsBack(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop + ledger + patch("0001", "first", 1))
      let content = try await stage.snapshot()
      #expect(content.manifest.ledger.map(\.version) == ["0001"])
      try stage.sql("ALTER TABLE shop.jobs ADD COLUMN due date;" + patch("0002", "due", 2))
      let plan = try await stage.replacement(content).plan()
      #expect(plan.setBack.map(\.version) == ["0002"])
      try await stage.replace(content)
      #expect(try applied(stage) == ["0001"])
      #expect(try events(stage).last?.hasPrefix("3 set-back 0002 due hash-0002") == true)
      try stage.sql(patch("0003", "since", 4))
      try await stage.undo()
      #expect(try applied(stage) == ["0001", "0002"])
      #expect(try events(stage).count == 6)
    }
  }

  @Test(
    "a repeatable patch in another text than the snapshot's is set back, so that it runs again",
    arguments: TestServer.either()
  )
  func setsRepeatableBack(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(
        shop + ledger + patch("R__same", "R__same", 1) + patch("R__views", "R__views", 2)
      )
      let content = try await stage.snapshot()
      try stage.sql(patch("R__views", "R__views", 3, hash: "newer"))
      let plan = try await stage.replacement(content).plan()
      #expect(plan.setBack.map(\.version) == ["R__views"])
      try await stage.replace(content)
      #expect(try applied(stage) == ["R__same"])
      try await stage.undo()
      #expect(try applied(stage) == [])
    }
  }

  @Test("a patch that touched other schemas refuses", arguments: TestServer.either())
  func refusesPatchElsewhere(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop + ledger)
      let content = try await stage.snapshot()
      try stage.sql(patch("7", "wide", 1))
      let problem = try await refusal {
        _ = try await stage.replacement(content) {
          $0.schemasOfPatch = { _, _ in ["shop", "tax"] }
        }
        .plan()
      }
      #expect(problem.code == "restore.patch-elsewhere")
      #expect(problem.facts.map(\.value) == ["tax"])
      let plan = try await stage.replacement(content) { $0.schemasOfPatch = { _, _ in ["shop"] } }
        .plan()
      #expect(plan.setBack.first?.schemas == ["shop"])
    }
  }

  @Test("patches of other tenants stay where their schemas do", arguments: TestServer.either())
  func tenants(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      let first = ["shop/0001", "other/0001", "shop/R__same", "shop/R__v", "other/R__v"]
      try stage.sql(
        shop + ledger + first.enumerated().map { patch($1, "p", $0 + 1) }.joined()
      )
      let content = try await stage.snapshot()
      let later = ["shop/0002", "other/0002", "0003"]
      try stage.sql(
        later.enumerated().map { patch($1, "p", $0 + 6) }.joined()
          + patch("shop/R__v", "p", 9, hash: "newer") + patch("other/R__v", "p", 10, hash: "newer")
      )
      let asked = Mutex<[String]>([])
      let plan = try await stage.replacement(content) {
        $0.schemasOfPatch = { version, _ in
          asked.withLock { $0.append(version) }
          return []
        }
      }
      .plan()
      #expect(plan.setBack.map(\.version) == ["shop/0002", "0003", "shop/R__v"])
      #expect(asked.withLock { $0 } == ["0002", "0003", "R__v"])
      try await stage.replace(content)
      let others = ["other/0001", "other/0002", "other/R__v"]
      #expect(try applied(stage) == (others + ["shop/0001", "shop/R__same"]).sorted())
      try stage.sql(patch("other/0004", "p", 20))
      try await stage.undo()
      #expect(
        try applied(stage)
          == (["0003"] + others + ["other/0004", "shop/0001", "shop/0002"]).sorted()
      )
    }
  }

  @Test("patches that come again on undo keep the order in which they were applied")
  func order() async throws {
    try await Stage.with(.v15) { stage in
      try stage.sql(shop + ledger)
      let content = try await stage.snapshot()
      try stage.sql(
        patch("0001", "a", 1) + patch("0002", "b", 2)
          + patch("0001", "a", 3).replacing("'applied'", with: "'repaired'")
      )
      try await stage.replace(content)
      try await stage.undo()
      let line = try events(stage).suffix(2).map { $0.split(separator: " ")[2] }
      #expect(line == ["0001", "0002"])
    }
  }

  @Test(
    "a runner in the middle of a patch makes the restore give up",
    arguments: TestServer.either()
  )
  func waitsForRunner(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop + ledger)
      let replacement = try stage.replacement(try await stage.snapshot()) { $0.lockTimeout = 200 }
      let plan = try await replacement.plan()
      let runner = try Connection.open(stage.settings)
      try runner.execute("SELECT pg_advisory_lock(x'00647279646f636b'::bigint)")
      let problem = try await refusal { _ = try await replacement.run(token: plan.token) }
      #expect(problem.kind == .busy)
      try runner.execute("SELECT pg_advisory_unlock_all()")
      _ = try await replacement.run(token: plan.token)
    }
  }

  private func applied(_ stage: Stage) throws -> [String] {
    try stage.sql("SELECT version FROM drydock.patches WHERE status = 'applied' ORDER BY version")
      .map { $0.string("version") }
  }

  private func events(_ stage: Stage) throws -> [String] {
    try stage.sql(
      """
      SELECT concat_ws(' ', position, kind, version, name, exact_hash, finished IS NOT NULL, reason)
        AS line FROM drydock.events ORDER BY position
      """
    ).map { $0.string("line") }
  }

  private func patch(
    _ version: String,
    _ name: String,
    _ position: Int,
    hash: String = "n"
  ) -> String {
    """
    INSERT INTO drydock.events (position, kind, version, name, exact_hash, normalised_hash,
      tool_version, finished)
    VALUES (\(position), 'applied', '\(version)', '\(name)', 'hash-\(version)', '\(hash)', 'test', now());
    """
  }

  /// The parts of the ledger that a restore relies on; the module that owns it has the whole.
  private let ledger = """
    CREATE SCHEMA drydock;
    CREATE TABLE drydock.events (
      position bigint PRIMARY KEY,
      kind text NOT NULL
        CHECK (kind IN ('applied', 'undone', 'set-back', 'baseline', 'repaired')),
      version text NOT NULL, name text NOT NULL,
      exact_hash text NOT NULL, normalised_hash text NOT NULL,
      started timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
      finished timestamptz, seconds double precision,
      performed_by text NOT NULL DEFAULT session_user,
      tool_version text NOT NULL, git_sha text, receipt text, reason text);
    CREATE VIEW drydock.patches AS
      SELECT DISTINCT ON (version) events.*,
        CASE WHEN finished IS NULL THEN 'unfinished'
          WHEN kind IN ('undone', 'set-back') THEN 'not applied'
          ELSE 'applied' END AS status
      FROM drydock.events ORDER BY version, position DESC;
    """
}
