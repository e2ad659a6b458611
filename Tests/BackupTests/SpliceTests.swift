import Digests
import Foundation
import ObjectStore
import Problems
import Repository
import Snapshot
import Testing
import TestSupport

@testable import Backup

/// A heap in memory: the text of the rows on each page.
private struct Heap: Equatable {
  var pages: [[String]]

  static func random(_ count: Int, _ random: inout SeededGenerator) -> Heap {
    Heap(pages: (0..<count).map { _ in page(&random) })
  }

  static func page(_ random: inout SeededGenerator) -> [String] {
    (0..<Int.random(in: 0...6, using: &random)).map { _ in
      let isHuge = Int.random(in: 0..<400, using: &random) == 0
      let length = isHuge ? 1_200_000 : Int.random(in: 0..<200, using: &random)
      let letter = "abcdefgh".randomElement(using: &random) ?? "a"
      return String(repeating: letter, count: length)
        + "\(UInt32.random(in: 0..<9999, using: &random))"
    }
  }

  /// Changes some pages, and cuts or extends the heap; returns what a page check would say.
  mutating func change(_ random: inout SeededGenerator) -> PageSet {
    let parentPages = pages.count
    var changed: [Range<Int>] = []
    for page in pages.indices where Int.random(in: 0..<8, using: &random) == 0 {
      pages[page] = Self.page(&random)
      changed.append(page..<page + 1)
    }
    switch Int.random(in: 0..<4, using: &random) {
    case 0: pages.removeLast(Int.random(in: 0...min(40, pages.count), using: &random))
    case 1: pages += Self.random(Int.random(in: 1...40, using: &random), &random).pages
    default: break
    }
    changed.append(min(parentPages, pages.count)..<pages.count)
    return PageSet(ranges: changed).intersection(0..<pages.count)
  }
}

/// Takes snapshots of a heap as a backup does.
private struct Camera {
  let repository: Repository
  let stripePages: Int

  func take(
    _ heap: Heap,
    changed: PageSet,
    parent: [Int: Stripe] = [:],
    parentPages: Int = 0
  ) throws -> [Int: Stripe] {
    let writer = try repository.beginSnapshot(parent: nil)
    let encoder = try writer.makeEncoder()
    let stripes = (0..<(heap.pages.count + stripePages - 1) / stripePages).filter { stripe in
      let pages = stripe * stripePages..<(stripe + 1) * stripePages
      let isCut = heap.pages.count < parentPages && pages.contains(heap.pages.count)
      return !changed.intersection(pages).isEmpty || isCut
    }
    var cutter = StripeCutter(
      table: "t",
      piece: ReadPlan.Piece(
        table: 0,
        pages: 0..<heap.pages.count,
        stripes: stripes,
        changed: changed
      ),
      stripePages: stripePages,
      builder: StripeBuilder(seed: 1) { bytes, older in
        try encoder.write(bytes, kind: .data, level: 1, after: older).id
      },
      parent: ParentStripes(parent, reader: encoder.reader)
    )
    for page in changed.ranges.joined() {
      for (line, row) in heap.pages[page].enumerated() {
        let message = Array("(\(page),\(line + 1))\t\(row)\n".utf8)
        try cutter.take(message.span)
      }
    }
    let count = (heap.pages.count + stripePages - 1) / stripePages
    let all = parent.filter { $0.key < count }
      .merging(try cutter.finish()) { _, new in new }
    // A manifest of nothing: what matters is that packs and index are written.
    _ = try writer.commit(manifest: [], at: .now, closure: all.values.flatMap(\.chunks))
    return all
  }

  func read(_ stripes: [Int: Stripe]) throws -> (heap: Heap, digest: DigestSum) {
    let reader = try repository.makeReader()
    var heap = Heap(pages: [])
    var digest = DigestSum()
    for (_, stripe) in stripes.sorted(by: { $0.key < $1.key }) {
      digest.add(stripe.digest)
      let stored = try StripeReader(stripe, reader: reader)
      for page in 0..<stored.pageCount {
        var rows: [String] = []
        try stored.rows(ofPage: page) { row in
          rows.append(String(decoding: (0..<row.count - 1).map { row[$0] }, as: UTF8.self))
        }
        heap.pages.append(rows)
      }
    }
    return (heap, digest)
  }
}

@Suite("Changed pages are spliced into the parent's stripes")
struct SpliceTests {
  private func digest(_ heap: Heap) -> DigestSum {
    var sum = DigestSum()
    for row in heap.pages.joined() {
      let bytes = Array(row.utf8)
      sum.add(RowHasher(seed: 1).digest(of: bytes.span))
    }
    return sum
  }

  @Test(
    "After any changes the stripes say what a full read would",
    arguments: [1, 2, 3, 4, 5, 6] as [UInt64]
  )
  func model(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let camera = Camera(
      repository: try Repository.create(in: MemoryStore(), encryption: .none),
      stripePages: [4, 16][Int(seed % 2)]
    )
    var heap = Heap.random(90, &random)
    var stripes = try camera.take(heap, changed: PageSet(ranges: [0..<90]))
    for _ in 0..<12 {
      let parentPages = heap.pages.count
      let changed = heap.change(&random)
      stripes = try camera.take(heap, changed: changed, parent: stripes, parentPages: parentPages)
      let found = try camera.read(stripes)
      #expect(found.heap == heap)
      #expect(found.digest == digest(heap))
    }
  }

  @Test("A page that the page check missed is found by the full read, and named")
  func claim() throws {
    var random = SeededGenerator(seed: 9)
    let repository = try Repository.create(in: MemoryStore(), encryption: .none)
    let camera = Camera(repository: repository, stripePages: 16)
    var heap = Heap.random(48, &random)
    heap.pages[20] = ["one", "two"]
    heap.pages[21] = ["three"]
    let parent = try camera.take(heap, changed: PageSet(ranges: [0..<48]))
    heap.pages[20] = ["one", "deux"]
    heap.pages[21] = ["drei"]
    let now = try camera.take(heap, changed: PageSet(ranges: [0..<48]))
    let check = ClaimCheck(
      parent: ParentStripes(parent, reader: try repository.makeReader()),
      changed: PageSet(ranges: [21..<22]),
      stripePages: 16,
      hasher: RowHasher(seed: 1)
    )
    let stripe = try #require(now[1])
    #expect(try check.differences(1, stripe, marks(heap, 16..<32)) == [20])
    #expect(try check.differences(2, try #require(now[2]), marks(heap, 32..<48)) == [])
  }

  private func marks(_ heap: Heap, _ pages: Range<Int>) -> [StripeCutter.Mark] {
    var mark = StripeCutter.Mark(bytes: 0, digest: .zero)
    return pages.map { page in
      for row in heap.pages[page] { mark.bytes += row.utf8.count + 1 }
      mark.digest.add(digest(Heap(pages: [heap.pages[page]])))
      return mark
    }
  }
}
