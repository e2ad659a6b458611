/// A set of instances: one bit for each, by its position in an index.
///
/// A terabyte with a thousand nights has tens of millions of instances; a set of ids would take a
/// hundred bytes for each of them.
struct InstanceMarks: Sendable {
  private var words: [UInt64]

  /// A set for a table of so many instances.
  init(count: Int) { words = Array(repeating: 0, count: (count + 63) / 64) }

  /// Eight bytes each.
  var wordCount: Int { words.count }

  func contains(_ position: Int) -> Bool { words[position >> 6] & Self.bit(position) != 0 }

  mutating func insert(_ position: Int) { words[position >> 6] |= Self.bit(position) }

  private static func bit(_ position: Int) -> UInt64 { 1 << UInt64(position & 63) }
}
