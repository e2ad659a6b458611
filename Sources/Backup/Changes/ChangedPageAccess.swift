public import Postgres

/// How the next snapshot of a database could find the pages that changed.
public enum ChangedPageAccess: Sendable, Equatable {
  /// By this means: `WAL summaries`, `pageinspect`, `drydock_pages`.
  case found(String)
  /// By none, so that every row is read; why.
  case missing(String)

  /// Looks with the role of a session, and changes nothing.
  ///
  /// - Parameter connection: A session outside any transaction.
  /// - Returns: The first means that a snapshot would try; it may fall back later, table by table.
  /// - Throws: `PostgresError`.
  public static func look(_ connection: Connection) throws -> ChangedPageAccess {
    if connection.serverMajor >= 17,
      try connection.execute("SELECT pg_catalog.current_setting('summarize_wal')::bool").bool
    {
      return .found("WAL summaries")
    }
    switch try PageReader.find(on: connection) {
    case .found(let reader): return .found(reader.name)
    case .missing(let reason): return .missing(reason)
    }
  }
}
