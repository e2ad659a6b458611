import Postgres
import Problems
import Processes
import Snapshot
import TestSupport
import Testing

@testable import Restoration

@Suite("A real production schema is reset from its snapshot")
struct RealSchemaTests {
  @Test(
    "the satellite production system: replaced, and the reset undone",
    .timeLimit(.minutes(5)),
    arguments: TestServer.either()
  )
  func resetsProduction(server: TestServer) async throws {
    let file = try SharedInputs.real() + "/databases/cosims.sql.zst"
    let script = try Invocation("zstd", ["-dc", file]).run(output: .captured(limit: 1 << 30))
      .checked().text
    try await Stage.with(server) { stage in
      try stage.sql(Self.roles)
      try Psql.run(
        server == .v18 ? withoutExtension(script) : script,
        on: stage.settings,
        server: server
      )
      let definition = try stage.dump("cosims")
      let content = try await stage.snapshot()
      let rows = try counts(stage)
      try stage.sql(
        "DELETE FROM cosims.job_status_changes WHERE ctid IN"
          + " (SELECT ctid FROM cosims.job_status_changes LIMIT 100)"
      )
      let started = ContinuousClock.now
      try await stage.replace(content, schema: "cosims")
      print("\(server): cosims replaced in \(started.secondsAgo) s")
      #expect(try counts(stage) == rows)
      #expect(try stage.dump("cosims") == definition)
      try await stage.undo()
      #expect(try counts(stage) != rows)
      #expect(try stage.dump("cosims") == definition)
    }
  }

  private func counts(_ stage: Stage) throws -> [String] {
    let tables = try stage.sql(
      "SELECT tablename FROM pg_tables WHERE schemaname = 'cosims' ORDER BY 1"
    ).map { SQL.identifier("cosims", $0.string("tablename")) }
    return try tables.map { "\($0) \(try stage.count($0))" }
  }

  /// The server of version 18 may come without uuid-ossp: a function of the same name stands in.
  private func withoutExtension(_ script: String) -> String {
    script.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      if line.hasPrefix("CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\"") {
        return """
          CREATE FUNCTION public.uuid_generate_v4() RETURNS uuid LANGUAGE sql
            AS 'SELECT pg_catalog.gen_random_uuid()';
          """
      }
      return line.hasPrefix("COMMENT ON EXTENSION \"uuid-ossp\"") ? "" : String(line)
    }.joined(separator: "\n")
  }

  /// The roles that the dump's grants name; other tests may make them at the same time.
  private static let roles = """
    DO $$ DECLARE name text; BEGIN
      FOREACH name IN ARRAY ARRAY['web_anonymous', 'authenticator', 'cosims'] LOOP
        BEGIN EXECUTE format('CREATE ROLE %I', name);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END;
      END LOOP;
    END $$
    """
}
