import Reports

/// What one snapshot took.
///
/// Seconds of planning and commit are judged. Those of content are not: they depend on the rows,
/// which the simulation does not have.
struct Night: Codable, Sendable {
  /// 0 for the first snapshot, which has no parent.
  var night: Int
  var changedStripes: Int
  /// Opening the repository, lease, index.
  var openSeconds: Double
  /// The parent's manifest and the parent's entry of each changed stripe.
  var planSeconds: Double
  /// Reading the parent's stripes, changing them, and writing them as deltas.
  var contentSeconds: Double
  /// Lists of stripes that changed.
  var listsSeconds: Double
  /// Last pack, index, closure, manifest.
  var commitSeconds: Double
  /// The largest that the process has been until now.
  var peakMib: Int
  /// Objects of the store.
  var repositoryBytes: Int
  var indexBytes: Int
  var manifestBytes: Int
  /// Files of the local cache.
  var cacheBytes: Int

  /// What the target speaks of.
  var judgedSeconds: Double { openSeconds + planSeconds + listsSeconds + commitSeconds }

  static let columns: [Table.Column] = [
    .number("night"), .number("changed"), .number("open"), .number("plan"), .number("content"),
    .number("lists"), .number("commit"), .number("plan and commit"), .number("peak MiB"),
    .number("repository"), .number("index"), .number("manifest"), .number("cache"),
  ]

  /// The row of the table: seconds with two digits, bytes in MB.
  var cells: [String] {
    let seconds = [
      openSeconds, planSeconds, contentSeconds, listsSeconds, commitSeconds, judgedSeconds,
    ]
    let bytes = [repositoryBytes, indexBytes, manifestBytes, cacheBytes]
    return ["\(night)", "\(changedStripes)"] + seconds.map { Self.rounded($0) } + ["\(peakMib)"]
      + bytes.map { Self.rounded(Double($0) / 1e6) }
  }

  private static func rounded(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let digits = String(hundredths % 100)
    return "\(hundredths / 100)." + (digits.count < 2 ? "0" : "") + digits
  }
}
