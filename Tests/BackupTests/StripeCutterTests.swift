import Digests
import Problems
import Repository
import Testing

@testable import Backup
@testable import Snapshot

@Suite("Rows are cut into stripes")
struct StripeCutterTests {
  /// Keeps what a cutter stores, under ids that are made of a number.
  final class Shelf {
    var pieces: [[UInt8]] = []

    func store(_ bytes: Span<UInt8>, _ older: ChunkID?) -> ChunkID {
      pieces.append((0..<bytes.count).map { bytes[$0] })
      let number = UInt8(pieces.count)
      guard let id = ChunkID(Array(repeating: number, count: 32)) else {
        preconditionFailure("32 bytes make an id")
      }
      return id
    }
  }

  private func cut(
    _ rows: [String],
    pages: Range<Int> = 0..<32,
    stripePages: Int = 16
  ) throws -> (stripes: [Stripe], shelf: Shelf) {
    let shelf = Shelf()
    let first = pages.lowerBound / stripePages
    var cutter = StripeCutter(
      table: "t",
      piece: ReadPlan.Piece(
        table: 0,
        pages: pages,
        stripes: Array(first...((pages.upperBound - 1) / stripePages)),
        changed: PageSet(ranges: [pages])
      ),
      stripePages: stripePages,
      builder: StripeBuilder(seed: 7, store: shelf.store)
    )
    for row in rows {
      let bytes = Array(row.utf8)
      try cutter.take(bytes.span)
    }
    let stripes = try cutter.finish().sorted { $0.key < $1.key }.map(\.value)
    return (stripes, shelf)
  }

  @Test("The place of a row is left out, and its text goes to the stripe of its page")
  func byPage() throws {
    let (stripes, shelf) = try cut(["(0,1)\ta\n", "(15,2)\tb\n", "(16,1)\tc\n"])
    #expect(stripes.map(\.rows) == [2, 1])
    #expect(stripes.map(\.bytes) == [4, 2])
    #expect(shelf.pieces[0].prefix(4) == Array("a\nb\n".utf8)[...])
    #expect(shelf.pieces[1].prefix(2) == Array("c\n".utf8)[...])
  }

  @Test("The trailer tells where each page's first row begins")
  func trailer() throws {
    let (_, shelf) = try cut(["(0,1)\ta\n", "(2,1)\tb\n"], pages: 0..<4)
    let trailer = Array(shelf.pieces[0].dropFirst(4))
    #expect(trailer == Stripe.trailer(pageOffsets: [0, 2, 2, 4]))
  }

  @Test("A digest is the sum over rows and does not depend on their stripe")
  func digest() throws {
    let (stripes, _) = try cut(["(0,1)\ta\n", "(16,1)\tb\n"])
    var sum = DigestSum()
    for text in ["a", "b"] {
      let bytes = Array(text.utf8)
      sum.add(RowHasher(seed: 7).digest(of: bytes.span))
    }
    var found = DigestSum()
    for stripe in stripes { found.add(stripe.digest) }
    #expect(found == sum)
  }

  @Test("A stripe over 1 MiB is cut at row ends, a row over 1 MiB where it must")
  func large() throws {
    let half = String(repeating: "x", count: 700_000)
    let huge = String(repeating: "y", count: 2_500_000)
    let (stripes, shelf) = try cut(["(0,1)\t\(half)\n", "(0,2)\t\(half)\n", "(0,3)\t\(huge)\n"])
    #expect(shelf.pieces[0].count == 700_001)
    #expect(shelf.pieces[1].count == 700_001)
    #expect(shelf.pieces.allSatisfy { $0.count <= StripeBuilder.pieceSize })
    #expect(stripes[0].bytes == 1_400_002 + 2_500_001)
    #expect(stripes[0].rows == 3)
  }

  @Test("A row of a table without columns is its newline")
  func withoutColumns() throws {
    let (stripes, shelf) = try cut(["(0,1)\n", "(0,2)\n"], pages: 0..<1)
    #expect(stripes[0].rows == 2)
    #expect(shelf.pieces[0].prefix(2) == Array("\n\n".utf8)[...])
  }

  @Test(
    "Rows that come out of order or out of range are refused",
    arguments: [
      ["(1,1)\ta\n", "(0,1)\tb\n"], ["(0,2)\ta\n", "(0,2)\tb\n"], ["(32,1)\ta\n"],
    ]
  )
  func order(rows: [String]) throws {
    let problem = #expect(throws: Problem.self) { _ = try cut(rows) }
    #expect(problem?.code == "backup.row-order")
  }

  @Test("A row without a place is refused", arguments: ["a\n", "(1,2", "(x,1)\ta\n", "(1)\ta\n"])
  func place(row: String) throws {
    let problem = #expect(throws: Problem.self) { _ = try cut([row]) }
    #expect(problem?.code == "backup.ctid")
  }

  @Test("An empty stripe has no rows and still says how many pages it has")
  func empty() throws {
    let (stripes, shelf) = try cut(["(16,1)\ta\n"])
    #expect(stripes[0].rows == 0)
    #expect(shelf.pieces[0] == Stripe.trailer(pageOffsets: Array(repeating: 0, count: 16)))
  }
}
