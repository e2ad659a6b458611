public import FoundationEssentials

/// What a replacing restore is asked to do beside which snapshot, schema and database.
public struct ReplacementOptions: Sendable {
  /// What of the snapshot's definition is left out.
  public var without: Omissions = []
  /// How long to wait for each table's lock, in milliseconds; never without a limit.
  public var lockTimeout = 5000
  /// Whether trusted configuration allows a database that is labelled `protected`.
  public var allowsProtected = false
  /// The way; nil lets the size decide.
  public var way: ReplacementWay?
  /// The most bytes of rows that one transaction loads where the size decides: 1 GiB.
  public var sizeLimit = 1 << 30
  /// Connections that load rows at the same time where the new copy is built beside the live one.
  public var jobs = 2
  /// Takes the snapshot of the live schema with which it is dropped; nil keeps the live schema aside.
  public var drop: SafetySnapshot?
  /// The directory with `pg_restore`, where it should not be searched for.
  public var binaryDirectory: String?
  /// The schemas that a patch of the ledger mentions; nil where that is not known.
  ///
  /// Patches that would be set back and touched other schemas refuse the restore.
  public var schemasOfPatch: @Sendable (_ version: String, _ name: String) throws -> Set<String>? =
    { _, _ in nil }
  /// The time; another one only in tests.
  public var clock: @Sendable () -> Date = { Date() }

  /// The usual limits.
  public init() {}

  /// The way for so many bytes of rows.
  func way(of bytes: Int) -> ReplacementWay {
    way ?? (bytes <= sizeLimit ? .transaction : .beside)
  }
}
