internal import Postgres
internal import Restoration
internal import Threads

/// Lets `amcheck` look at every table and index of a restored copy (manual, F.1), on several
/// connections, where the server has the extension.
///
/// The order within each index is checked, not that each row is in it: the index was built from those
/// rows a moment ago, and that check takes nine times as long (5.8 s instead of 0.65 s on 490 MB).
struct StorageTrial: Sendable {
  let settings: ConnectionSettings
  let jobs: Int

  /// What one connection checks next: an object, and the query that returns what is wrong with it.
  private struct Check: Sendable {
    let subject: String
    let query: String
  }

  /// Checks everything.
  ///
  /// - Returns: What is wrong, and how many relations were looked at: nil without the extension.
  func run() async throws -> (findings: [VerificationRun.Finding], relations: Int?) {
    guard let checks = try await Lane("drydock.amcheck").run({ try prepare() }) else {
      return ([], nil)
    }
    return (try await run(checks), checks.count)
  }

  private func run(_ checks: [Check]) async throws -> [VerificationRun.Finding] {
    let queue = Monitor(checks[...])
    return try await withThrowingTaskGroup(of: [VerificationRun.Finding].self) { group in
      for _ in 0..<max(1, jobs) {
        group.addTask { [settings] in
          let session = try await Session.open(settings)
          let findings = try await session.run { connection in
            var findings: [VerificationRun.Finding] = []
            while let check = queue.change({ $0.popFirst() }) {
              try Task.checkCancellation()
              findings += try Self.run(check, on: connection)
            }
            return findings
          }
          await session.close()
          return findings
        }
      }
      var all: [VerificationRun.Finding] = []
      for try await findings in group { all += findings }
      return all.sorted { ($0.subject, $0.text) < ($1.subject, $1.text) }
    }
  }

  /// An index that is wrong raises an error; what is wrong with a table comes as rows.
  private static func run(
    _ check: Check,
    on connection: Connection
  ) throws(PostgresError) -> [VerificationRun.Finding] {
    do throws(PostgresError) {
      return try connection.execute(check.query).compactMap { row in
        row[0].flatMap { $0.isEmpty ? nil : .init(subject: check.subject, text: $0) }
      }
    } catch {
      guard error.sqlState?.hasPrefix("XX") == true else { throw error }
      return [.init(subject: check.subject, text: error.reason)]
    }
  }

  /// Nil where the server does not have the extension.
  private func prepare() throws -> [Check]? {
    let connection = try Connection.open(settings)
    let isKnown = try connection.execute(
      "SELECT count(*) FROM pg_catalog.pg_available_extensions WHERE name = 'amcheck'"
    )
    guard isKnown.int == 1 else { return nil }
    try connection.execute(
      "CREATE SCHEMA drydock_amcheck; CREATE EXTENSION IF NOT EXISTS amcheck SCHEMA drydock_amcheck"
    )
    let schema =
      try connection.execute(
        """
        SELECT pg_catalog.quote_ident(n.nspname) FROM pg_catalog.pg_extension e
        JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'amcheck'
        """
      ).value ?? "drydock_amcheck"
    let knowsInverted =
      try connection.execute(
        """
        SELECT count(*) FROM pg_catalog.pg_proc p
        WHERE p.proname = 'gin_index_check' AND p.pronamespace = \(SQL.literal(schema))::regnamespace
        """
      ).int == 1
    return try connection.execute(Self.relations).compactMap {
      Self.check($0, schema, knowsInverted: knowsInverted)
    }
  }

  private static func check(_ row: Rows.Row, _ schema: String, knowsInverted: Bool) -> Check? {
    let oid = "\(row.int("oid"))::pg_catalog.oid"
    let name = row.string("name")
    switch row.string("amname") {
    case "heap":
      return Check(
        subject: "table \(name)",
        query: """
          SELECT pg_catalog.concat('block ', blkno, ': ', msg) FROM \(schema).verify_heapam(\(oid))
          LIMIT 5
          """
      )
    case "btree":
      return Check(
        subject: "index \(name)",
        query: "SELECT \(schema).bt_index_check(\(oid)::regclass)::text"
      )
    case "gin" where knowsInverted:
      return Check(
        subject: "index \(name)",
        query: "SELECT \(schema).gin_index_check(\(oid)::regclass)::text"
      )
    default: return nil
    }
  }

  /// The large ones first, so that no connection is left with one at the end.
  private static let relations = """
    SELECT c.oid, a.amname, pg_catalog.format('%I.%I', n.nspname, c.relname) AS name
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_am a ON a.oid = c.relam
    LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
    WHERE c.relkind IN ('r', 'm', 'i') AND c.relpersistence = 'p' AND i.indisvalid IS NOT FALSE
      AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'drydock_amcheck')
    ORDER BY c.relpages DESC, c.oid
    """
}
