internal import Postgres
internal import Problems

/// What was written into a copy that is to be dropped, as its server counts it.
///
/// A safety snapshot takes its time, and the copy's owner and superusers may come in meanwhile. Every
/// session reports what it has written before it is gone. So two readings with nobody inside have
/// equal content only where nothing was written between them; and where the count of sessions is
/// still the second reading's, nobody has been there since.
struct DatabaseWrites: Sendable, Equatable {
  /// Sessions that the database has had until now.
  let sessionCount: Int
  /// Who was inside after that was counted, and before the content was read.
  let visitors: [PlannedSession]
  /// Every table with its file and its rows inserted, updated and deleted; every sequence's value.
  let content: String

  /// Reads them in a session of its own in the copy.
  ///
  /// The order matters: who came before the count is a visitor, or is gone and in the content; who
  /// comes later is not in the count. Each is a statement of its own, and sees its own moment.
  static func read(in copy: ConnectionSettings) async throws -> DatabaseWrites {
    try await Session.lending(in: copy) { session in try await session.run { try read($0) } }
  }

  private static func read(_ connection: Connection) throws -> DatabaseWrites {
    // Else the server would count this session at its end only.
    try connection.execute("SELECT pg_catalog.pg_stat_force_next_flush()")
    return DatabaseWrites(
      sessionCount: try sessionCount(nil, connection),
      visitors: try DatabaseInventory.sessions(of: nil, connection),
      content: try connection.execute(contentQuery).value ?? ""
    )
  }

  /// Counted for a database from a session in any; for the session's own when `oid` is nil.
  static func sessionCount(_ oid: Int?, _ connection: Connection) throws -> Int {
    try connection.query(
      """
      SELECT sessions FROM pg_catalog.pg_stat_database WHERE datid = coalesce($1, (
        SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()))
      """,
      [oid.map { Parameter($0) } ?? .null]
    ).int ?? -1
  }

  /// The data alone: statistics change the catalog by themselves, and snapshots what drydock left.
  private static let contentQuery = """
    SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', c.oid, c.relfilenode,
        CASE WHEN c.relkind = 'S' THEN
          CASE WHEN pg_catalog.has_sequence_privilege(c.oid, 'SELECT')
            THEN pg_catalog.pg_sequence_last_value(c.oid) END
        ELSE pg_catalog.pg_stat_get_tuples_inserted(c.oid) END,
        pg_catalog.pg_stat_get_tuples_updated(c.oid),
        pg_catalog.pg_stat_get_tuples_deleted(c.oid)), ', ' ORDER BY c.oid)
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE (c.relkind IN ('r', 'm', 'S') AND c.oid >= 16384 AND NOT \(DatabaseInventory.isOurs))
      OR c.oid IN ('pg_catalog.pg_largeobject'::pg_catalog.regclass,
        'pg_catalog.pg_largeobject_metadata'::pg_catalog.regclass)
    """
}
