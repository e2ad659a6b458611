internal import Postgres
internal import Snapshot

/// The row that proves a later snapshot to stand in the same history.
///
/// After its instant a snapshot writes a row with a random id. Where the row is visible again, by
/// the same transaction, nothing was set back in between: a restored or copied row has another
/// transaction, and `CREATE DATABASE ... STRATEGY = FILE_COPY`, which keeps file nodes and LSNs (every
/// page wrong: tested), brings no row of the database that it replaces.
enum Witness {
  /// What came of writing a witness.
  enum Writing: Sendable, Equatable {
    /// It is committed and flushed.
    case written(Manifest.Witness)
    /// The server or the role does not allow it; why.
    case refused(String)
  }

  /// The schema of the table, which holds nothing else and is no part of a snapshot.
  ///
  /// The ledger's schema is another: its owner migrates, and need not be who takes snapshots.
  static let schema = "drydock_witness"

  private static let kept = 32

  /// Writes the row; makes the table where it is missing and the role may.
  ///
  /// - Parameters:
  ///   - observer: a session outside any transaction.
  ///   - repository: the repository's id, so that two repositories do not remove each other's rows.
  ///   - omitted: the rules to leave out; without durability the row itself may be lost too.
  /// - Returns: the witness, or why there is none.
  /// - Throws: `PostgresError` when the server fails, not when it refuses.
  static func write(
    on observer: Connection,
    repository: String,
    omitted: Set<Precaution> = []
  ) throws -> Writing {
    do {
      switch try standing(observer) {
      case .foreign(let owner): return .refused("drydock_witness.rows belongs to role \(owner)")
      case .missing: try observer.leavingTrace(omitting: omitted) { try create(observer) }
      case .own: break
      }
      return .written(try insert(observer, repository, omitted))
    } catch let error as PostgresError where Refusal.states.contains(error.sqlState ?? "") {
      return .refused("the witness could not be written: \(error.reason)")
    }
  }

  /// Whether a parent's row is still there, written by the same transaction.
  ///
  /// It is looked for on the observer, since a refusal inside the snapshot's own transaction would
  /// end that. It makes no difference to the proof: the row was committed before the parent ended,
  /// so that this moment and the snapshot both see it or both do not; a crash ends both sessions.
  ///
  /// - Parameters:
  ///   - witness: what the parent's manifest says.
  ///   - observer: a session outside any transaction.
  ///   - omitted: the rules to leave out.
  /// - Returns: whether history is proven.
  /// - Throws: `PostgresError` when the server fails, not when it refuses.
  static func isConfirmed(
    _ witness: Manifest.Witness,
    on observer: Connection,
    omitted: Set<Precaution> = []
  ) throws -> Bool {
    if omitted.contains(.witnessRow) { return true }
    guard try standing(observer) == .own else { return false }
    do {
      let found = try observer.query(
        "SELECT xmin::text FROM drydock_witness.rows WHERE id = $1::uuid",
        [.text(witness.id)]
      ).value
      if omitted.contains(.witnessTransaction) { return found != nil }
      return found == witness.transaction
    } catch {
      guard Refusal.states.contains(error.sqlState ?? "") else { throw error }
      return false
    }
  }

  /// Makes schema and table; the caller's error says when the role may not.
  ///
  /// A schema that is there needs no right to make one.
  static func create(_ connection: Connection) throws(PostgresError) {
    let hasSchema = try connection.execute(
      "SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'drydock_witness')"
    ).bool
    try connection.execute(
      """
      \(hasSchema ? "" : "CREATE SCHEMA drydock_witness;")
      CREATE TABLE IF NOT EXISTS drydock_witness.rows (
        id uuid PRIMARY KEY,
        repository text NOT NULL,
        written timestamptz NOT NULL DEFAULT pg_catalog.now()
      );
      COMMENT ON TABLE drydock_witness.rows IS
        'Rows that prove to drydock that this database was never set back or copied.';
      """
    )
  }

  /// Whose the table is.
  private enum Standing: Equatable {
    case missing
    case own
    case foreign(String)
  }

  /// Looks at the owners of schema and table before anything of them is touched.
  ///
  /// Somebody else's table may have triggers, somebody else's view may call functions: both would
  /// run with the rights of a role that may read everything. Superusers may be trusted, and the
  /// database's owner by whoever is none himself.
  private static func standing(_ connection: Connection) throws(PostgresError) -> Standing {
    let rows = try connection.execute(standingQuery)
    guard let row = rows.first else { return .missing }
    return row.bool("is_trusted") ? .own : .foreign(row.string("owner"))
  }

  private static let standingQuery = """
    SELECT r.rolname AS owner, c.relkind = 'r' AND pg_catalog.bool_and(o.rolsuper
      OR o.rolname = current_user OR (o.oid = d.datdba AND NOT me.rolsuper)) AS is_trusted
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_roles r ON r.oid = c.relowner
    JOIN pg_catalog.pg_roles o ON o.oid IN (c.relowner, n.nspowner)
    JOIN pg_catalog.pg_database d ON d.datname = pg_catalog.current_database()
    JOIN pg_catalog.pg_roles me ON me.rolname = current_user
    WHERE n.nspname = 'drydock_witness' AND c.relname = 'rows'
    GROUP BY r.rolname, c.relkind
    """

  private static func insert(
    _ observer: Connection,
    _ repository: String,
    _ omitted: Set<Precaution>
  ) throws -> Manifest.Witness {
    let witness = try observer.leavingTrace(omitting: omitted) {
      let row = try observer.query(
        """
        INSERT INTO drydock_witness.rows (id, repository)
        VALUES (pg_catalog.gen_random_uuid(), $1) RETURNING id, xmin::text AS transaction
        """,
        [.text(repository)]
      )[0]
      return Manifest.Witness(id: row.string("id"), transaction: row.string("transaction"))
    }
    try prune(observer, repository, omitted)
    return witness
  }

  /// Keeps the newest rows of this repository; a role without DELETE leaves the others to grow.
  private static func prune(
    _ observer: Connection,
    _ repository: String,
    _ omitted: Set<Precaution>
  ) throws {
    do {
      try observer.leavingTrace(omitting: omitted) { () throws -> Void in
        try observer.query(
          """
          DELETE FROM drydock_witness.rows WHERE repository = $1 AND id NOT IN (
            SELECT id FROM drydock_witness.rows WHERE repository = $1
            ORDER BY written DESC, id LIMIT \(kept))
          """,
          [.text(repository)]
        )
      }
    } catch let error as PostgresError where error.sqlState == "42501" {
      return
    }
  }
}
