/// One rule that keeps an incremental snapshot right.
///
/// Every backup keeps all of them. Each is named so that a test can leave one out and show that
/// the snapshot then goes wrong: a rule whose absence nobody notices is a rule that nobody tests.
enum Precaution: String, CaseIterable, Sendable {
  // Taking the snapshot.
  /// Wait for the transactions that run when the horizon is read.
  case waitForTransactions
  /// Give a snapshot a horizon only when its log is flushed.
  case durability
  /// Take the locks before the snapshot.
  case locksBeforeSnapshot
  /// List the relations again in the snapshot and after it.
  case listedAgain

  // Which pages have changed.
  /// A page that was never initialised counts as changed.
  case zeroPages
  /// The threshold is the horizon itself, not one record more.
  case exactThreshold
  /// Pages at or above the parent's number of pages count as changed.
  case pagesAboveParent
  /// Pages at or above today's number of pages are dropped.
  case pagesBelowEnd
  /// Summaries must follow each other without a gap up to the snapshot.
  case contiguousSummaries
  /// A limit block in a summary means that the relation is read whole.
  case limitBlocks
  /// Relation file 0 in a summary means that the whole database is read.
  case databaseFile

  // Whether the parent may be relied on at all.
  case systemIdentifier
  case databaseOid
  case timeline
  case serverVersion
  case readerVersion
  case encoding
  case walPosition
  case witnessRow
  case witnessTransaction
  case uptime
  case unsafeSettings
  case standby
  case fullReadDue

  // Whether a relation may be read by its changed pages.
  case tableOid
  case tablespace
  case fileNode
  case unlogged
  case condition
  case columns
  case types
}
