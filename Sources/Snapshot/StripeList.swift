internal import Bytes
internal import Problems
public import Repository

/// The stripes of one table of a new snapshot: its parent's, except for those that were replaced.
///
/// Only replaced stripes are in memory, in the form of a segment's entries: about 70 bytes each.
/// ``store(parent:read:store:)`` reads the parent's segments one at a time, and only those in which
/// something changed; all others keep their chunk ids, so that a large table whose changes are few
/// costs as little in lists as in rows.
public struct StripeList: Sendable {
  /// What became of a list.
  public struct Stored: Sendable, Equatable {
    /// All segments, in the order of their stripes.
    public var segments: [ChunkID]
    /// What all stripes add up to.
    public var totals: StripeTotals
    /// How many segments were written; the others are the parent's.
    public var written: Int
  }

  private let parentSegments: [ChunkID]
  private let parentCount: Int
  private let capacity: Int
  /// How many of the first stripes may still be the parent's.
  private var keptCount: Int
  private var drafts: [Int: Draft] = [:]

  /// How many stripes were replaced.
  public var replacedCount: Int { drafts.values.reduce(0) { $0 + $1.count } }

  /// How many stripes the table has.
  public private(set) var count: Int

  /// A list without a parent: every stripe has to be given.
  public init() {
    self.init(segments: [], count: 0)
  }

  /// A list that begins as its parent's.
  ///
  /// - Parameters:
  ///   - segments: The parent's segments.
  ///   - count: How many stripes they hold together.
  public init(segments: [ChunkID], count: Int) {
    self.init(segments: segments, count: count, capacity: Segment.capacity)
  }

  init(segments: [ChunkID], count: Int, capacity: Int) {
    parentSegments = segments
    parentCount = count
    keptCount = count
    self.count = count
    self.capacity = capacity
  }

  /// Makes the table shorter or longer; stripes that come in addition have to be given.
  public mutating func resize(to count: Int) {
    keptCount = min(keptCount, count)
    for number in Array(drafts.keys) where number * capacity >= count { drafts[number] = nil }
    self.count = count
  }

  /// Puts a stripe in the place of the parent's, or behind the last one.
  public mutating func replace(_ index: Int, with stripe: Stripe) {
    count = max(count, index + 1)
    let draft = Draft(capacity: capacity)
    drafts[index / capacity, default: draft].set(index % capacity, stripe)
  }

  /// Stores the segments in which something changed.
  ///
  /// - Parameters:
  ///   - parent: What the parent's stripes add up to; nothing without a parent.
  ///   - read: Reads one of the parent's segments: a chunk of kind list.
  ///   - store: Stores a segment as a chunk of kind list; gets its parent's too, from which it
  ///     differs little.
  /// - Returns: All segments, and what all stripes add up to now.
  /// - Throws: What `read` and `store` throw; `snapshot.stripe-missing` when a stripe is neither
  ///   given nor the parent's.
  public func store(
    parent: StripeTotals = StripeTotals(),
    read: (ChunkID) throws -> [UInt8],
    store: (_ bytes: [UInt8], _ parent: ChunkID?) throws -> ChunkID
  ) throws -> Stored {
    let needed = (count + capacity - 1) / capacity
    var stored = Stored(segments: [], totals: parent, written: 0)
    stored.segments.reserveCapacity(needed)
    for number in 0..<max(needed, parentSegments.count) {
      if isAsBefore(number) {
        stored.segments.append(parentSegments[number])
        continue
      }
      let before = try parentStripes(number, read)
      for stripe in before { stored.totals.subtract(stripe) }
      guard number < needed else { continue }
      let now = try stripes(number, before)
      for stripe in now { stored.totals.add(stripe) }
      let older = number < parentSegments.count ? parentSegments[number] : nil
      stored.segments.append(try store(Segment(stripes: now).encoded(), older))
      stored.written += 1
    }
    return stored
  }

  /// Whether a segment is the parent's, with as many stripes and none replaced.
  private func isAsBefore(_ number: Int) -> Bool {
    number < parentSegments.count && drafts[number] == nil
      && length(number, of: count) == length(number, of: parentCount)
      && length(number, of: count) == length(number, of: keptCount)
  }

  /// How many stripes a segment has in a table of `count` stripes.
  private func length(_ number: Int, of count: Int) -> Int {
    min(max(count - number * capacity, 0), capacity)
  }

  private func parentStripes(
    _ number: Int,
    _ read: (ChunkID) throws -> [UInt8]
  ) throws -> [Stripe] {
    guard number < parentSegments.count else { return [] }
    return try Segment(decoding: try read(parentSegments[number])).stripes
  }

  private func stripes(_ number: Int, _ before: [Stripe]) throws -> [Stripe] {
    try (0..<length(number, of: count)).map { place in
      if let stripe = try drafts[number]?.stripe(place) { return stripe }
      guard place < before.count, number * capacity + place < keptCount else {
        throw Self.missing(number * capacity + place)
      }
      return before[place]
    }
  }

  static func missing(_ index: Int) -> Problem {
    Problem(
      .damaged,
      code: "snapshot.stripe-missing",
      "stripe \(index) of a table is in no list of its snapshot",
      reason: "the lists are shorter than the table's number of pages says",
      hint: "Run drydock check, and take a backup with --full-read."
    )
  }
}

/// The replaced stripes of one segment.
private struct Draft: Sendable {
  private static let none = UInt32.max

  private let capacity: Int
  /// Where each stripe's entry begins in `bytes`; as long as it has to be, for there may be ten
  /// thousand small tables.
  private var places: [UInt32] = []
  private var bytes: [UInt8] = []

  init(capacity: Int) { self.capacity = capacity }

  /// How many stripes were replaced here.
  var count: Int { places.count { $0 != Self.none } }

  mutating func set(_ place: Int, _ stripe: Stripe) {
    // An array that doubles would hold up to twice what a fully changed segment needs.
    let whole = capacity * Stripe.usualLength
    if bytes.count > whole / 8 && bytes.capacity < whole { bytes.reserveCapacity(whole) }
    while places.count <= place { places.append(Self.none) }
    places[place] = UInt32(bytes.count)
    stripe.append(to: &bytes)
  }

  func stripe(_ place: Int) throws -> Stripe? {
    guard place < places.count, places[place] != Self.none else { return nil }
    var reader = ByteReader(bytes, at: Int(places[place]))
    // Nil would mean that the parent's stripe stays in this place.
    guard let stripe = Stripe(reading: &reader) else { throw Segment.unreadable }
    return stripe
  }
}
