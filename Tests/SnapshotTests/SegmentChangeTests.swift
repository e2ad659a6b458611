import Digests
import Problems
import TestSupport
import Testing

@testable import Repository
@testable import Snapshot

@Suite("Lists are compared with the ones in their place the night before")
struct SegmentChangeTests {
  private func stripe(_ random: inout SeededGenerator) throws -> Stripe {
    let chunks = try (0..<Int.random(in: 0...3, using: &random)).map { _ in
      try #require(ChunkID((0..<32).map { _ in UInt8.random(in: 0...1, using: &random) }))
    }
    return Stripe(
      chunks: chunks,
      rows: Int.random(in: 0...2, using: &random),
      bytes: Int.random(in: 0...1, using: &random),
      digest: DigestSum(low: UInt64.random(in: 0...1, using: &random), high: 0)
    )
  }

  /// A list, and one that has some stripes in common with it.
  private func pair(_ seed: UInt64) throws -> (earlier: [Stripe], now: [Stripe]) {
    var random = SeededGenerator(seed: seed)
    let earlier = try (0..<Int.random(in: 0...9, using: &random)).map { _ in try stripe(&random) }
    var now = try earlier.map { Bool.random(using: &random) ? $0 : try stripe(&random) }
    if Bool.random(using: &random) { now.append(try stripe(&random)) }
    if Bool.random(using: &random) { _ = now.popLast() }
    return (earlier, now)
  }

  @Test("What changed are the stripes that differ in their place, and the sums are of all")
  func sameAsDecoding() throws {
    for seed in 0..<2000 as Range<UInt64> {
      let (earlier, now) = try pair(seed)
      let change = try SegmentChange(
        decoding: Segment(stripes: now).encoded(),
        after: Segment(stripes: earlier).encoded()
      )
      let expected = now.enumerated().filter { place, stripe in
        !earlier.indices.contains(place) || earlier[place] != stripe
      }
      #expect(change.stripes == expected.map(\.element), "seed \(seed)")
      #expect(change.sum.stripes == now.count)
      #expect(change.sum.rows == now.reduce(0) { $0 + $1.rows })
    }
  }

  @Test("A truncated list is refused at every length, however like an earlier one it is")
  func truncated() throws {
    for seed in 0..<20 as Range<UInt64> {
      let bytes = Segment(stripes: try pair(seed).now).encoded()
      for length in 0..<bytes.count {
        #expect(throws: Problem.self) {
          _ = try SegmentChange(decoding: Array(bytes[..<length]), after: bytes)
        }
      }
      #expect(throws: Problem.self) { _ = try SegmentChange(decoding: bytes + [0], after: bytes) }
    }
  }

  @Test("A stripe of more rows than can be is refused, so that sums do not overflow")
  func hostileRows() throws {
    let stripe = Stripe(chunks: [], rows: 1 << 40, bytes: 0, digest: DigestSum())
    let bytes = Segment(stripes: [stripe]).encoded()
    #expect(throws: Problem.self) { _ = try Segment(decoding: bytes) }
  }

  @Test(
    "A collector that compares lists notes all that the snapshots need",
    arguments: 1...8 as ClosedRange<UInt64>
  )
  func closure(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let database = try SmallDatabase(stripes: 6)
    let first = try database.take()
    for night in 0..<12 {
      for _ in 0..<Int.random(in: 0...3, using: &random) {
        let stripe = Int.random(in: 0..<6, using: &random)
        let row = Int.random(in: 0..<32, using: &random)
        // Contents that come back, as after a restore.
        database.stripes[stripe][row] = SmallDatabase.row(night % 3 * 1000 + row)
      }
      try database.take()
    }
    let repository = try Repository.open(database.store, passphrase: nil)
    let reader = try repository.makeReader()
    let visitor = ClosureVisitor(reader, among: 1000)
    var noted: Set<ChunkID> = []
    var needed: Set<ChunkID> = []
    for name in database.snapshots.shuffled(using: &random) {
      let content = try SnapshotContent(opening: name, in: repository)
      try content.manifest.visitChunks(visitor)
      noted.formUnion(visitor.takeNeeded())
      needed.formUnion(try content.closure(reader).map(\.id))
      #expect(noted == needed)
    }
    #expect(database.snapshots.contains(first) && needed.count > 20)
  }
}

@Suite("Lists of the night before are kept in a fixed memory")
struct ListMemoryTests {
  private func place(_ number: Int) -> ListMemory.Place { .init(table: "t", number: number) }

  @Test("The last list of a place is kept")
  func last() {
    var memory = ListMemory()
    memory.keep([1], at: place(0))
    memory.keep([2, 2], at: place(0))
    #expect(memory.list(at: place(0)) == [2, 2] && memory.list(at: place(1)).isEmpty)
    #expect(memory.list(at: .init(table: "u", number: 0)).isEmpty)
  }

  @Test("What does not fit is not kept, and what was there before it is gone")
  func limit() {
    var memory = ListMemory(byteLimit: 4)
    memory.keep([1, 2, 3], at: place(0))
    memory.keep([1, 2], at: place(1))
    #expect(memory.list(at: place(1)).isEmpty && memory.list(at: place(0)).count == 3)
    memory.keep([1, 2, 3, 4, 5], at: place(0))
    #expect(memory.list(at: place(0)).isEmpty)
    memory.keep([1, 2, 3, 4], at: place(1))
    #expect(memory.list(at: place(1)).count == 4)
  }
}
