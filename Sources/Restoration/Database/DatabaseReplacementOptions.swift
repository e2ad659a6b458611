public import FoundationEssentials

/// What the exchange of a whole database is asked to do beside which snapshot and database.
public struct DatabaseReplacementOptions: Sendable {
  /// What of the snapshot's definition is left out.
  public var without: Omissions = []
  /// Connections that write rows at the same time.
  public var jobs = 2
  /// The database from which the others are renamed; nobody may be inside what is renamed.
  public var maintenance = "postgres"
  /// How long to wait for a lock, in milliseconds; never without a limit.
  public var lockTimeout = 5000
  /// Whether trusted configuration allows a database that is labelled `protected`.
  public var allowsProtected = false
  /// The directory with `pg_restore`, where it should not be searched for.
  public var binaryDirectory: String?
  /// The time; another one only in tests.
  public var clock: @Sendable () -> Date = { Date() }

  /// The usual limits.
  public init() {}
}
