internal import Postgres
internal import Problems

/// Writes events, each at the position after the last that was seen.
struct LedgerWriter {
  /// What every event of a run carries.
  struct Origin: Sendable {
    var toolVersion: String
    var gitSHA: String?
    var receipt: String?
    var reason: String?
    /// The schema whose patches are run; nil for those of the database.
    var tenant: String?
  }

  let connection: Connection
  let origin: Origin

  /// Adds an event; it is complete at once, or completed later in the same transaction.
  ///
  /// The insert waits for a second runner that writes the same position, and fails when that one
  /// commits. So the first statement of a patch's transaction is a fence, even where the session
  /// lock was lost.
  func begin(
    _ kind: Ledger.Kind,
    _ name: PatchName,
    _ identity: PatchIdentity,
    at position: Int,
    isComplete: Bool = false
  ) throws {
    do {
      try connection.query(
        """
        INSERT INTO drydock.events (position, kind, version, name, exact_hash, normalised_hash,
          tool_version, git_sha, receipt, reason, finished)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
          CASE WHEN $11::boolean THEN pg_catalog.clock_timestamp() END)
        """,
        [
          Parameter(position), .text(kind.rawValue),
          .text(Ledger.key(name.version, origin.tenant)),
          .text(name.stem), .text(identity.exact), .text(identity.normalised),
          .text(origin.toolVersion), Parameter(origin.gitSHA), Parameter(origin.receipt),
          Parameter(origin.reason), .text(isComplete ? "t" : "f"),
        ]
      )
    } catch  where error.sqlState == "23505" {
      throw Self.moved
    }
  }

  /// Completes an event.
  ///
  /// The session's search path is the patch's, so operators are named with their schema.
  func finish(_ position: Int) throws {
    let rows = try connection.query(
      """
      UPDATE drydock.events SET finished = pg_catalog.clock_timestamp(),
        seconds = EXTRACT(epoch FROM pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) started)
      WHERE position OPERATOR(pg_catalog.=) $1 AND finished IS NULL
      """,
      [Parameter(position)]
    )
    guard rows.affected == 1 else { throw Self.moved }
  }

  /// How many rows of the ledger the session's transaction has written; an event's own is one.
  ///
  /// The server counts them (manual, 28.2.2), so nothing of the ledger is read. What the session's
  /// earlier transactions wrote within the last second may still be among them: a later transaction
  /// tells what is its own by what it finds at its beginning. The session's search path may be a
  /// patch's.
  func writes() throws -> Int {
    try connection.query(
      """
      SELECT pg_catalog.sum(pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid)
        OPERATOR(pg_catalog.+) pg_catalog.pg_stat_get_xact_tuples_updated(c.oid)
        OPERATOR(pg_catalog.+) pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid))::pg_catalog.int8
      FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
      WHERE n.nspname OPERATOR(pg_catalog.=) 'drydock'
        AND c.relname OPERATOR(pg_catalog.=) ANY (
          '{schema_versions,events,progress,batches,dead_letters}'::pg_catalog.name[])
      """,
      []
    ).int ?? 0
  }

  /// Notes that a step is about to run, or has run; the caller has begun a transaction.
  ///
  /// An earlier step may have changed the role, and later steps rely on it; the ledger is written
  /// as the role that connected.
  func note(_ entry: Progress.Entry, step: Int, of position: Int) throws {
    let role = try connection.query("SELECT pg_catalog.current_setting('role')", []).value
    let changed = role == "none" ? nil : role
    if changed != nil { try connection.execute("SET LOCAL ROLE NONE") }
    try insert(entry, step: step, of: position)
    if let changed { try connection.execute("SET LOCAL ROLE \(SQL.identifier(changed))") }
  }

  /// Notes under which receipt, or why without one, a later run goes on with an event.
  func noteOrigin(of position: Int, about: String) throws {
    let words = [origin.receipt.map { "receipt \($0)" }, origin.reason].compactMap { $0 }
    guard let words = words.first else { return }
    try note(Progress.Entry(state: .begun, digest: about, note: words), step: 0, of: position)
  }

  private func insert(_ entry: Progress.Entry, step: Int, of position: Int) throws {
    do {
      try connection.query(
        """
        INSERT INTO drydock.progress (event, step, state, digest, note) VALUES ($1, $2, $3, $4, $5)
        """,
        [
          Parameter(position), Parameter(step), .text(entry.state.rawValue), .text(entry.digest),
          Parameter(entry.note),
        ]
      )
    } catch  where error.sqlState == "23505" {
      throw Self.moved
    }
  }

  static let moved = Problem(
    .busy,
    code: "ledger.moved",
    "another runner has written to the ledger since this run read it",
    hint: "Look at 'drydock status' and run the command again.",
    isRetryable: true
  )
}
