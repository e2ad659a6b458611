import Digests
import Problems
import Repository
import Testing

@testable import Snapshot

/// Segments in memory, which remember who was read and written.
private final class SegmentShelf {
  private(set) var segments: [ChunkID: [UInt8]] = [:]
  private(set) var reads = 0
  private(set) var parents: [ChunkID?] = []
  private var next: UInt64 = 1

  func read(_ id: ChunkID) throws -> [UInt8] {
    reads += 1
    return try #require(segments[id])
  }

  func store(_ bytes: [UInt8], _ parent: ChunkID?) throws -> ChunkID {
    parents.append(parent)
    let id = try StripeListTests.id(next << 32)
    next += 1
    segments[id] = bytes
    return id
  }
}

@Suite("A list of stripes is its parent's, except for what was replaced")
struct StripeListTests {
  private let shelf = SegmentShelf()

  static func id(_ number: UInt64) throws -> ChunkID {
    let bytes = (0..<32).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0 & 7))) }
    return try #require(ChunkID(bytes))
  }

  private func stripe(_ number: Int, chunks: Int = 1) throws -> Stripe {
    Stripe(
      chunks: try (0..<chunks).map { try Self.id(UInt64(number * 100 + $0)) },
      rows: number,
      bytes: number * 10,
      digest: DigestSum(low: .max - UInt64(number), high: UInt64(number))
    )
  }

  private func totals(_ stripes: [Stripe]) -> StripeTotals {
    stripes.reduce(into: StripeTotals()) { $0.add($1) }
  }

  /// A parent of that many stripes, four in a segment.
  private func parent(_ stripes: [Stripe]) throws -> StripeList.Stored {
    var list = StripeList(segments: [], count: 0, capacity: 4)
    for (index, stripe) in stripes.enumerated() { list.replace(index, with: stripe) }
    return try list.store(read: shelf.read, store: shelf.store)
  }

  private func child(_ parent: StripeList.Stored, of stripes: [Stripe]) -> StripeList {
    StripeList(segments: parent.segments, count: stripes.count, capacity: 4)
  }

  private func content(_ stored: StripeList.Stored) throws -> [Stripe] {
    try stored.segments.flatMap { try Segment(decoding: shelf.read($0)).stripes }
  }

  @Test("Stripes given in any order are stored in theirs, with their sums")
  func whole() throws {
    let stripes = try (0..<11).map { try stripe($0, chunks: $0 % 3) }
    var list = StripeList(segments: [], count: 0, capacity: 4)
    for index in stripes.indices.reversed() { list.replace(index, with: stripes[index]) }
    let stored = try list.store(read: shelf.read, store: shelf.store)
    #expect(stored.segments.count == 3 && stored.written == 3)
    #expect(try content(stored) == stripes && stored.totals == totals(stripes))
  }

  @Test("A replaced stripe costs its segment alone to read and to write")
  func oneChange() throws {
    var stripes = try (0..<16).map { try stripe($0) }
    let parent = try parent(stripes)
    var list = child(parent, of: stripes)
    stripes[6] = try stripe(600, chunks: 2)
    list.replace(6, with: try stripe(599))
    list.replace(6, with: stripes[6])
    let reads = shelf.reads
    let stored = try list.store(parent: parent.totals, read: shelf.read, store: shelf.store)
    #expect(shelf.reads == reads + 1 && stored.written == 1)
    #expect(shelf.parents.last == parent.segments[1])
    #expect(stored.segments.indices.filter { stored.segments[$0] != parent.segments[$0] } == [1])
    #expect(try content(stored) == stripes && stored.totals == totals(stripes))
  }

  @Test("A list in which nothing changed reads and writes nothing")
  func noChange() throws {
    let stripes = try (0..<9).map { try stripe($0) }
    let parent = try parent(stripes)
    let reads = shelf.reads
    let stored = try child(parent, of: stripes)
      .store(parent: parent.totals, read: shelf.read, store: shelf.store)
    #expect(stored.segments == parent.segments && stored.totals == parent.totals)
    #expect(stored.written == 0 && shelf.reads == reads)
  }

  @Test("A table may shrink and grow to any length", arguments: 0...13)
  func lengths(_ length: Int) throws {
    let before = try (0..<9).map { try stripe($0) }
    let parent = try parent(before)
    var list = child(parent, of: before)
    list.resize(to: length)
    var stripes = Array(before.prefix(length))
    for index in stripes.count..<max(length, stripes.count) {
      stripes.append(try stripe(index + 50))
      list.replace(index, with: stripes[index])
    }
    let stored = try list.store(parent: parent.totals, read: shelf.read, store: shelf.store)
    #expect(try content(stored) == stripes && stored.totals == totals(stripes))
    #expect(list.count == length && stored.segments.count == (length + 3) / 4)
  }

  @Test("A stripe beyond the parent's that nobody gave is an error, not a hole")
  func hole() throws {
    let stripes = try (0..<6).map { try stripe($0) }
    let parent = try parent(stripes)
    var longer = child(parent, of: stripes)
    longer.resize(to: 8)
    longer.replace(7, with: stripes[0])
    var again = child(parent, of: stripes)
    again.resize(to: 2)
    again.resize(to: 6)
    for list in [longer, again] {
      let problem = #expect(throws: Problem.self) {
        try list.store(parent: parent.totals, read: shelf.read, store: shelf.store)
      }
      #expect(problem?.code == "snapshot.stripe-missing")
    }
  }

  @Test("A cursor finds every stripe and reads each segment once on the way")
  func cursor() throws {
    let stripes = try (0..<10).map { try stripe($0) }
    let parent = try parent(stripes)
    var cursor = StripeCursor(segments: parent.segments, capacity: 4)
    let reads = shelf.reads
    for index in stripes.indices {
      #expect(try cursor.stripe(at: index, read: shelf.read) == stripes[index])
    }
    #expect(shelf.reads == reads + 3)
    for index in [10, 12] {
      let problem = #expect(throws: Problem.self) {
        try cursor.stripe(at: index, read: shelf.read)
      }
      #expect(problem?.code == "snapshot.stripe-missing")
    }
  }
}
