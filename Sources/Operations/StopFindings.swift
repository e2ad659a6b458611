public import Postgres
public import Repository

/// How a database stands between a stop and a start.
public struct StopFindings: Sendable, Equatable {
  /// Whether new transactions are read-only by default, as a stop leaves it.
  public var isClosed: Bool
  /// Whether a stop of this database did not come to its end.
  public var isUnfinished: Bool

  /// Looks; blocks.
  ///
  /// - Parameters:
  ///   - connection: A session of the database, outside any transaction.
  ///   - repository: Where stops are remembered.
  /// - Returns: How it stands.
  /// - Throws: `PostgresError`, or what the store throws.
  public static func look(
    _ connection: Connection,
    _ repository: Repository
  ) throws -> StopFindings {
    let identity = try DatabaseIdentity.read(connection)
    let gate = DatabaseGate(connection: connection, identity: identity)
    let last = try StopRecord.all(in: repository).first { $0.database.isSame(as: identity) }
    return StopFindings(
      isClosed: try gate.isClosed(),
      isUnfinished: last?.isUnfinished ?? false
    )
  }
}
