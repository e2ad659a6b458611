import Postgres
import Problems
import TestSupport
import Testing

@testable import Restoration

@Suite("The drop of a copy takes what is known, and waits for nobody else")
struct BesideDropTests {
  @Test(
    "a table made in a transaction that outlived the exchange is never dropped unseen",
    // Before 18 the exchange waits for such a transaction.
    arguments: [TestServer.v18]
  )
  func keepsLateTable(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let content = try await stage.snapshot()
      let other = try Connection.open(stage.settings)
      try other.execute("BEGIN; CREATE TABLE shop.late AS SELECT 7 AS n")
      let stopped = try await refusal {
        try await stage.replaceBeside(content) { options in
          options.lockTimeout = 300
          options.drop = stage.safety()
        }
      }
      // The exchange has happened, and the error says so.
      #expect(stopped.kind == .partial && stopped.isRetryable)
      #expect(
        stopped.facts.contains {
          $0.name == "state" && $0.value.hasPrefix("the new schema shop is live")
        }
      )
      try other.execute("COMMIT")
      let copy = try #require(try await SetAsideOperation.list(in: stage.settings).first)
      #expect(copy.state == .accepting)
      try await requireKept(copy.name, stage) {
        _ = try await stage.besideOperation(drop: stage.safety()).resume()
      }
    }
  }

  @Test(
    "nor one whose transaction ends while the schema's drop waits for it",
    arguments: TestServer.either()
  )
  func keepsTableOfWaiting(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let result = try await stage.replace(try await stage.snapshot())
      let session = try await Session.open(stage.settings)
      let pid = try await session.run { $0.backendPID }
      let journal = try await session.run { connection in
        try SetAsideDrop(connection: connection, lockTimeout: 60_000)
          .begin(try stage.operation().look(.accept, connection), safety: "the-safety-snapshot")
      }
      let other = OpenTransaction()
      try other.begin(stage.settings, "CREATE TABLE \(result.setAside).late AS SELECT 7 AS n")
      let dropping = Task {
        try await session.run {
          try SetAsideDrop(connection: $0, lockTimeout: 60_000).finish(journal)
        }
      }
      try await Lane("observer").run {
        let observer = try Connection.open(stage.settings)
        let waits = """
          SELECT count(*) FROM pg_locks WHERE NOT granted AND pid = \(pid)
            AND classid = 'pg_namespace'::regclass
          """
        try Wait.asLongAs(observer.execute(waits).int == 0)
        try other.commit()
      }
      try await requireKept(result.setAside, stage) { try await dropping.value }
    }
  }

  /// Expects a refusal that names the table, and a drop once it is somewhere else.
  private func requireKept(
    _ copy: String,
    _ stage: Stage,
    _ drop: () async throws -> Void
  ) async throws {
    let problem = try await refusal { try await drop() }
    #expect(problem.code == "restore.not-in-safety-snapshot")
    #expect(problem.facts.contains { $0.value == "table \(copy).late" }, "\(problem)")
    #expect(try stage.sql("SELECT n FROM \(copy).late").int == 7)
    try stage.sql("ALTER TABLE \(copy).late SET SCHEMA public")
    let resumed = try await stage.besideOperation(drop: stage.safety()).resume()
    #expect(resumed.state == .accepted)
    #expect(try stage.schemas() == ["shop"])
    #expect(try stage.count("public.late") == 1)
  }

  @Test(
    "neither the exchange nor the drop locks live tables that a view also reads",
    arguments: TestServer.either()
  )
  func locksViewsAlone(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      try stage.sql(
        """
        CREATE TABLE public.country (code text);
        CREATE VIEW shop.both AS SELECT j.id, c.code FROM shop.jobs j, public.country c;
        CREATE VIEW public.outside AS SELECT j.id, c.code FROM shop.jobs j, public.country c;
        """
      )
      let content = try await stage.snapshot()
      let reader = try Connection.open(stage.settings)
      try reader.execute("BEGIN; SELECT FROM public.country")
      let replacement = try stage.replacement(content) { $0.lockTimeout = 200 }
      _ = try await replacement.run(token: try await replacement.plan().token)
      let held = stage.operation()
      let plan = try await held.acceptPlan()
      _ = try await held.accept(
        token: plan.token,
        safety: SafetySnapshot { _ in SafetySnapshot.Proof(snapshot: "s", level: 2) }
      )
      #expect(try stage.schemas() == ["shop"])
      #expect(try stage.count("public.outside") == 0)
      try reader.execute("COMMIT")
    }
  }

  @Test("a snapshot that fails or a Ctrl-C leaves the copy waiting", arguments: [TestServer.v15])
  func keepsWithoutSafety(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let content = try await stage.snapshot()
      let failing = try await refusal {
        try await stage.replaceBeside(content) { options in
          options.drop = SafetySnapshot { _ in
            throw PostgresError(sqlState: "55P03", message: "the snapshot waited too long")
          }
        }
      }
      // Nothing is held any more, and there was one attempt: its session is gone.
      let writer = try Connection.open(stage.settings)
      try writer.execute("SET lock_timeout = 1; INSERT INTO shop.customers VALUES (88, 'x')")
      #expect(failing.kind == .busy && failing.reason?.contains("waited too long") == true)
      #expect(failing.facts.contains { $0.value.contains("waits beside it") })
      let interrupted = try await refusal {
        let operation = try stage.besideOperation(
          drop: SafetySnapshot { _ in throw CancellationError() }
        )
        _ = try await operation.resume()
      }
      #expect(interrupted.kind == .interrupted)
      #expect(interrupted.facts.contains { $0.value.contains("waits beside it") })
      #expect(try await SetAsideOperation.list(in: stage.settings).map(\.state) == [.proven])
      #expect(try stage.count("shop.customers") == 21)
    }
  }
}
