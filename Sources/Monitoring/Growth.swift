public import FoundationEssentials

/// How fast a repository grows, as the last four weeks show it.
public struct Growth: Sendable, Equatable {
  /// Bytes in a second; negative where it shrinks.
  public var bytesPerSecond: Double
  /// Whether sizes were measured.
  ///
  /// Otherwise it is what snapshots stored, and what collection gave back is not known.
  public var isMeasured: Bool

  /// Makes a growth.
  public init(bytesPerSecond: Double, isMeasured: Bool) {
    self.bytesPerSecond = bytesPerSecond
    self.isMeasured = isMeasured
  }

  /// A twelfth of a year, in seconds.
  public static let month = 365.25 / 12 * 86_400
  private static let window = 28 * 86_400.0
  private static let shortest = 7 * 86_400.0

  /// Bytes in a month.
  public var bytesPerMonth: Int { Int((bytesPerSecond * Self.month).rounded()) }

  /// What is known: measured sizes where they reach back a week, else what snapshots stored.
  ///
  /// - Parameters:
  ///   - samples: Sizes that were measured, oldest first.
  ///   - snapshots: All snapshots of the repository.
  ///   - now: The time.
  /// - Returns: Nil where neither reaches back far enough.
  public static func estimate(
    samples: [SizeSample],
    snapshots: [SnapshotFacts],
    now: Date
  ) -> Growth? {
    measured(samples, now) ?? stored(snapshots, now)
  }

  /// The slope of the line that fits best: collection makes the sizes a saw, of which the first and
  /// the last tooth say little.
  private static func measured(_ samples: [SizeSample], _ now: Date) -> Growth? {
    let recent = samples.filter {
      let age = now.timeIntervalSince($0.time)
      return (0...window).contains(age)
    }
    guard let first = recent.first, let last = recent.last,
      last.time.timeIntervalSince(first.time) >= shortest
    else { return nil }
    let points = recent.map { (x: $0.time.timeIntervalSince(first.time), y: Double($0.bytes)) }
    let count = Double(points.count)
    let middle = (
      x: points.reduce(0) { $0 + $1.x } / count, y: points.reduce(0) { $0 + $1.y } / count
    )
    let spread = points.reduce(0) { $0 + ($1.x - middle.x) * ($1.x - middle.x) }
    guard spread > 0 else { return nil }
    let slope = points.reduce(0) { $0 + ($1.x - middle.x) * ($1.y - middle.y) } / spread
    return Growth(bytesPerSecond: slope, isMeasured: true)
  }

  /// What the snapshots of the window stored.
  ///
  /// The first of a history stored everything, which no
  /// later one will, so it begins the window and does not count.
  private static func stored(_ snapshots: [SnapshotFacts], _ now: Date) -> Growth? {
    let recent = snapshots.sorted { $0.taken < $1.taken }.filter {
      let age = now.timeIntervalSince($0.taken)
      return (0...window).contains(age)
    }
    guard let first = recent.first, now.timeIntervalSince(first.taken) >= shortest else {
      return nil
    }
    let bytes = recent.dropFirst().map(\.bytesStored).reduce(0, +)
    return Growth(
      bytesPerSecond: Double(bytes) / now.timeIntervalSince(first.taken),
      isMeasured: false
    )
  }

  /// When so many more bytes will be there; nil where that is not within ten years.
  public func time(of bytes: Int, from now: Date) -> Date? {
    guard bytesPerSecond > 0 else { return nil }
    let seconds = Double(max(0, bytes)) / bytesPerSecond
    return seconds < 10 * 12 * Self.month ? now.addingTimeInterval(seconds) : nil
  }
}
