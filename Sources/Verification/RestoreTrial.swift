internal import Cluster
internal import Postgres
internal import Problems
internal import Repository
internal import Restoration
internal import Snapshot

/// Level 3: restores a snapshot into a scratch server, reads everything back, checks the indexes.
struct RestoreTrial: Sendable {
  let content: SnapshotContent
  let jobs: Int
  let binaryDirectory: String?

  /// Returns what is wrong, and the seconds that the restore took.
  func run(
    _ progress: @escaping @Sendable (String) -> Void
  ) async throws -> (findings: [VerificationRun.Finding], seconds: Double?) {
    let lane = Lane("drydock.trial")
    let scratch = try await lane.run { [content, binaryDirectory] in
      try ScratchDatabase.start(
        like: content,
        role: content.manifest.database.owner,
        binaryDirectory: binaryDirectory
      )
    }
    do {
      let result = try await restore(into: scratch, progress)
      let findings = try await lane.run { [self] in try checkIndexes(scratch) }
      try await lane.run { try scratch.server.remove() }
      return (findings, result)
    } catch let problem as Problem where problem.kind == .damaged {
      try await lane.run { try scratch.server.remove() }
      let text = problem.summary + (problem.reason.map { ": \($0)" } ?? "")
      return ([.init(subject: "the restored copy", text: text)], nil)
    } catch {
      // The first error is the one to report; the next start removes what stays.
      try? await lane.run { try scratch.server.remove() }
      throw error
    }
  }

  private func restore(
    into scratch: ScratchDatabase,
    _ progress: @escaping @Sendable (String) -> Void
  ) async throws -> Double {
    var options = RestoreOptions()
    options.jobs = jobs
    options.isNeutralised = true
    options.binaryDirectory = binaryDirectory
    return try await RestoreRun(
      of: content,
      into: scratch.administration,
      options: options,
      progress: { progress("level 3: \($0.phase)") }
    ).run().seconds
  }

  /// Lets `amcheck` look at every B-tree (manual, F.1), where the server has the extension.
  private func checkIndexes(_ scratch: ScratchDatabase) throws -> [VerificationRun.Finding] {
    let connection = try Connection.open(scratch.administration)
    let known = try connection.query(
      "SELECT count(*) FROM pg_catalog.pg_available_extensions WHERE name = $1",
      ["amcheck"]
    )
    guard known.int == 1 else { return [] }
    try connection.execute(
      """
      CREATE SCHEMA drydock_amcheck; CREATE EXTENSION IF NOT EXISTS amcheck SCHEMA drydock_amcheck
      """
    )
    let schema =
      try connection.execute(
        "SELECT extnamespace::regnamespace::text FROM pg_catalog.pg_extension WHERE extname = 'amcheck'"
      ).value ?? "drydock_amcheck"
    return try connection.execute(Self.indexQuery).compactMap { row -> VerificationRun.Finding? in
      let index = row.string("index")
      let check = "SELECT \(schema).bt_index_check(\(SQL.literal(index))::regclass, true)"
      do throws(PostgresError) {
        try connection.execute(check)
        return nil
      } catch {
        return .init(subject: "index \(index)", text: error.reason)
      }
    }
  }

  private static let indexQuery = """
    SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS index
    FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_am a ON a.oid = c.relam
    WHERE a.amname = 'btree' AND c.relkind = 'i' AND i.indisvalid AND c.relpersistence = 'p'
      AND n.nspname !~ '^pg_' AND n.nspname <> 'drydock_amcheck'
    ORDER BY 1
    """
}
