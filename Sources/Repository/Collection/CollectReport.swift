public import Problems

/// What a collection did; of a dry run, what it would have done.
public struct CollectReport: Sendable, Equatable {
  /// Packs with their bytes.
  public struct Amount: Sendable, Equatable {
    /// How many.
    public var packs = 0
    /// Their bytes.
    public var bytes = 0

    mutating func add(_ size: Int) {
      packs += 1
      bytes += size
    }
  }

  /// Snapshots whose chunks were looked up.
  public var snapshots = 0
  /// All packs that were listed.
  public var stored = Amount()
  /// Packs that were deleted.
  public var deleted = Amount()
  /// Packs that came under a mark.
  public var marked = Amount()
  /// Packs whose live chunks were copied elsewhere, and the bytes that were copied.
  public var repacked = Amount()
  /// Packs that are partly dead, and stay as they are for this time.
  public var partlyDead = Amount()
  /// Marked packs that wait for the grace period, or for somebody's lease.
  public var waiting = Amount()
  /// When the next mark may be swept, in seconds since 1970; nil where none waits.
  public var nextSweep: Double?
  /// Instances that were copied out of marked packs, because something needs them again.
  public var rescued = 0
  /// Leases of dead writers that were removed.
  public var expiredLeases = 0
  /// Why some packs stay: one problem for each that could not be proven whole, and for each copy of
  /// a chunk that did not open when another one was to go for it.
  public var damaged: [Problem] = []

  /// A report of nothing.
  public init() {}
}
