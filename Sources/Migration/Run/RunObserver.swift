public import Postgres

/// Watches a run from inside: every call comes on the patch's own connection, inside its transaction.
///
/// A rehearsal measures here, and a migration compares change sets with its receipt. Whatever a
/// call throws rolls the patch back and ends the run with that error.
public protocol RunObserver {
  /// A patch begins: the ledger row is written, nothing else has happened. Called again on a retry.
  func willBegin(_ patch: Patch, on connection: Connection) throws
  /// A statement is about to run.
  func willRun(_ statement: Statement, on connection: Connection) throws
  /// A statement has run, or failed; after a failure the transaction accepts no more queries.
  func didRun(
    _ statement: Statement,
    _ outcome: StatementOutcome,
    on connection: Connection
  ) throws
  /// All has run and been verified. What this throws rolls the patch back.
  ///
  /// A patch outside a transaction has committed by then: it stays, and counts as unfinished.
  func beforeCommit(_ patch: Patch, on connection: Connection) throws
}

extension RunObserver {
  /// Does nothing.
  public func willBegin(_ patch: Patch, on connection: Connection) throws {}
  /// Does nothing.
  public func willRun(_ statement: Statement, on connection: Connection) throws {}
  /// Does nothing.
  public func didRun(
    _ statement: Statement,
    _ outcome: StatementOutcome,
    on connection: Connection
  ) throws {}
  /// Does nothing.
  public func beforeCommit(_ patch: Patch, on connection: Connection) throws {}
}

/// What came of one statement.
public struct StatementOutcome: Sendable {
  /// How long it took, on the client's clock.
  public var seconds: Double
  /// How many rows it touched, as its tag says.
  public var affected: Int
  /// What the server said besides; may hold what a function chose to print.
  public var notices: [Notice]
  /// Why it failed; nil when it did not.
  public var failure: PostgresError?
}

/// What came of one patch.
public struct PatchOutcome: Sendable {
  /// The version.
  public var version: Version
  /// The file's name without its ending.
  public var name: String
  /// The position of its event in the ledger.
  public var position: Int
  /// How many statements ran, verify scripts left out.
  public var statements: Int
  /// How many attempts it took to get its locks.
  public var attempts: Int
  /// How long the last attempt took.
  public var seconds: Double
  /// Whether nothing is left to do; a backfill may be told to stop earlier.
  public var isComplete = true
  /// What its batches come to, of a backfill.
  public var backfill: BackfillTotals?
}
