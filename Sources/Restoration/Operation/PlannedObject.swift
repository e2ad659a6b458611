internal import Snapshot

/// Something that a plan touches.
public struct PlannedObject: Sendable, Equatable {
  /// What it is, as PostgreSQL calls it: `table`, `view`, `function`.
  public var kind: String
  /// Its name with schema.
  public var name: String
  /// About how many rows, for what holds rows.
  public var rows: Int?
  /// How many bytes on disk, for what has files.
  public var bytes: Int?
  /// The bare name of a relation, to find it in a snapshot.
  var relation: String?
}

/// A session that is connected to the target.
public struct PlannedSession: Sendable, Equatable {
  /// The server's process.
  public var pid: Int
  /// The role.
  public var role: String
  /// What it calls itself.
  public var application: String
  /// `active`, `idle`, `idle in transaction`.
  public var state: String
  /// Whether it holds locks in the schema now.
  public var usesSchema: Bool
}

/// A replication slot of the target's database.
public struct PlannedSlot: Sendable, Equatable {
  /// Its name.
  public var name: String
  /// Whether a consumer is connected.
  public var isActive: Bool
}

/// What a table has now and what it would have.
public struct PlannedLoss: Sendable, Equatable {
  /// The table.
  public var table: String
  /// About how many rows it has now.
  public var liveRows: Int
  /// How many rows the snapshot has; nil where it has no such table.
  public var snapshotRows: Int?
}

extension PlannedLoss {
  /// The tables whose counts differ, those with the most rows to lose first.
  static func differing(_ tables: [PlannedLoss]) -> [PlannedLoss] {
    tables.filter { $0.snapshotRows != $0.liveRows }
      .sorted { $0.liveRows - ($0.snapshotRows ?? 0) > $1.liveRows - ($1.snapshotRows ?? 0) }
  }
}

/// A patch of the ledger.
public struct PlannedPatch: Sendable, Equatable {
  /// Its version.
  public var version: String
  /// Its name.
  public var name: String
  /// The schemas that it mentions; nil where nobody could say.
  public var schemas: [String]?
  /// The hash of its text as the ledger has it.
  var hash: String?

  /// Its version apart from the tenant for whom it ran.
  var key: LedgerKey { LedgerKey(version) }

  /// Whether a ledger of another time has it too; a repeatable patch in the same text.
  func isPart(of ledger: [Manifest.LedgerEntry]) -> Bool {
    guard let entry = ledger.first(where: { $0.version == version }) else { return false }
    return !key.isRepeatable || entry.hash == hash
  }
}

/// How much room a restore takes and whether it is there.
public struct PlannedSpace: Sendable, Equatable {
  /// Bytes that the second copy needs, estimated from the live one and from the snapshot.
  public var needed: Int
  /// Bytes that are free where the data lie; nil when that cannot be known from here.
  public var free: Int?
}

/// A subscription of the target's database.
public struct PlannedSubscription: Sendable, Equatable {
  /// Its name.
  public var name: String
  /// Whether it is enabled.
  public var isEnabled: Bool
}
