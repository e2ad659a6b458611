/// What a collection does, and how much of it.
public struct CollectOptions: Sendable, Equatable {
  /// Seconds between a mark and the deletion of its packs, unless leases make it longer.
  public var grace = 86_400.0
  /// Bytes of live chunks that are copied out of partly dead packs in one run; nil for no limit.
  public var maxRepack: Int?
  /// The share of a pack that must be dead before the rest is copied out of it.
  public var deadShare = 0.25
  /// Whether nothing is written or removed.
  public var isDryRun = false

  /// The usual collection.
  public init() {}
}
