/// Leaves out attempts where deltas keep failing, as in a table that was rewritten as a whole.
///
/// An attempt that fails costs more than the full frame that has to be made after it: without this
/// such a table takes more than twice as long (measured). Chunks come in the order of their places,
/// so neighbours fail together. After four failures in a row one chunk is passed over, then 3, 7 and
/// 15 between attempts; the first success ends that.
struct DeltaPatience {
  private static let tolerated = 3
  private static let longestPause = 15

  private var failures = 0
  private var pause = 0

  /// Whether the next chunk is worth an attempt; asked once for each.
  mutating func tryNext() -> Bool {
    if pause == 0 { return true }
    pause -= 1
    return false
  }

  /// Learns how an attempt ended.
  mutating func note(isWorthIt: Bool) {
    failures = isWorthIt ? 0 : failures + 1
    let doublings = max(0, failures - Self.tolerated)
    pause = doublings < 4 ? (1 << doublings) - 1 : Self.longestPause
  }
}
