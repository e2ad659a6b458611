internal import Bytes

/// What makes snapshots one series: the database, and the history that it lives in.
///
/// A clone has the same system identifier, and often the same database name; its own history begins
/// where the witness of the snapshot before was not found in it.
public struct SnapshotSeries: Sendable, Hashable, Comparable {
  /// The database.
  public var database: String
  /// The cluster.
  public var systemIdentifier: String
  /// The witness with which the history began; nil where none is known.
  public var history: String?
  /// Whether tables were left out: such snapshots stand for no whole one.
  public var isPartial: Bool

  /// Makes a series.
  public init(
    database: String,
    systemIdentifier: String,
    history: String? = nil,
    isPartial: Bool = false
  ) {
    self.database = database
    self.systemIdentifier = systemIdentifier
    self.history = history
    self.isPartial = isPartial
  }

  /// Whether both are one series: names that differ in a byte are two databases, and retention must
  /// not count the snapshots of one for the other.
  public static func == (left: SnapshotSeries, right: SnapshotSeries) -> Bool {
    left.database.isExactly(right.database)
      && left.systemIdentifier.isExactly(right.systemIdentifier)
      && left.history == right.history && left.isPartial == right.isPartial
  }

  /// Orders by database, then by cluster and history, whole snapshots first.
  public static func < (left: SnapshotSeries, right: SnapshotSeries) -> Bool {
    left.key.lexicographicallyPrecedes(right.key)
  }

  private var key: [ExactText] {
    [database, systemIdentifier, history ?? "", isPartial ? "partial" : ""].map(ExactText.init)
  }
}

extension Manifest {
  /// The series that the snapshot belongs to.
  public var series: SnapshotSeries {
    SnapshotSeries(
      database: database.name,
      systemIdentifier: database.systemIdentifier,
      history: position.history,
      isPartial: isPartial
    )
  }
}
