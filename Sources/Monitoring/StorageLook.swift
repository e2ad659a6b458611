public import FoundationEssentials
public import ObjectStore

/// Looks at what a repository takes, at most once an hour.
///
/// In a bucket that is a request for each thousand objects, which nobody wants to pay for at each
/// check of a monitoring system.
public struct StorageLook: Sendable {
  private static let interval = 3600.0

  private let store: any ObjectStore
  private let log: SizeLog?
  private let disk: @Sendable (String) -> StorageFacts.Disk?

  /// Prepares a look.
  ///
  /// - Parameters:
  ///   - store: What is measured.
  ///   - log: What this machine has measured before; nil where it keeps nothing.
  ///   - disk: Says how full the disk under a path is.
  public init(
    at store: any ObjectStore,
    log: SizeLog?,
    disk: @escaping @Sendable (String) -> StorageFacts.Disk?
  ) {
    self.store = store
    self.log = log
    self.disk = disk
  }

  /// What it takes, and how fast that grows.
  ///
  /// - Parameters:
  ///   - snapshots: All snapshots, for the growth where too little was measured.
  ///   - now: The time.
  /// - Returns: The facts.
  /// - Throws: What the store throws. A log that cannot be kept costs the forecast only.
  public func run(snapshots: [SnapshotFacts], now: Date) throws -> StorageFacts {
    var samples = (try? log?.samples()) ?? []
    let bytes: Int
    if let last = samples.last, (0..<Self.interval).contains(now.timeIntervalSince(last.time)) {
      bytes = last.bytes
    } else {
      bytes = try store.list("").reduce(0) { $0 + $1.size }
      let sample = SizeSample(time: now, bytes: bytes)
      samples.append(sample)
      try? log?.add(sample)
    }
    return StorageFacts(
      bytes: bytes,
      growth: Growth.estimate(samples: samples, snapshots: snapshots, now: now),
      disk: store is LocalStore ? disk(store.location) : nil
    )
  }
}
