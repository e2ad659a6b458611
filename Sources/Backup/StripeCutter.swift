internal import Problems
internal import Snapshot

/// Cuts the rows of one range of a table into stripes while they stream by.
///
/// Each row arrives as `(block,offset)<tab>text<newline>`, since the server is asked for the
/// `ctid` too. The `ctid` decides the stripe and is left out of it. Rows must arrive in strictly
/// ascending order: a planner setting can break it (parallel append: tested), and a stripe in
/// another order would be another chunk and a wrong page offset.
final class StripeCutter {
  private let table: String
  private let range: Range<Int>
  private let stripePages: Int
  private let builder: StripeBuilder

  private var stripes: [Stripe] = []
  private var stripeStart: Int
  private var pageOffsets: [Int] = []
  private var last = (block: -1, offset: 0)

  /// Makes a cutter for the pages of `range`, which begins at a stripe's first page.
  init(table: String, range: Range<Int>, stripePages: Int, builder: StripeBuilder) {
    self.table = table
    self.range = range
    self.stripePages = stripePages
    self.builder = builder
    stripeStart = range.lowerBound
  }

  /// Takes one message of the COPY.
  func take(_ message: Span<UInt8>) throws {
    let place = try TuplePlace(message, table: table)
    try check(place)
    while place.block >= stripeStart + stripePages { try closeStripe() }
    while pageOffsets.count <= place.block - stripeStart { pageOffsets.append(builder.bytes) }
    try builder.append(message.extracting(place.length..<message.count))
  }

  /// Closes the last stripe and returns all of them.
  func finish() throws -> [Stripe] {
    while stripeStart < range.upperBound { try closeStripe() }
    return stripes
  }

  private func check(_ place: TuplePlace) throws {
    let isAscending = (last.block, last.offset) < (place.block, place.offset)
    guard isAscending, range.contains(place.block) else {
      throw Problem(
        code: "backup.row-order",
        "rows of \(table) did not arrive in the order of their pages",
        reason: "row (\(place.block),\(place.offset)) came after (\(last.block),\(last.offset)),"
          + " pages \(range) were asked for",
        hint: "A setting or an extension changes how the server plans; report it with its name."
      )
    }
    last = (place.block, place.offset)
  }

  private func closeStripe() throws {
    let pages = min(stripePages, range.upperBound - stripeStart)
    while pageOffsets.count < pages { pageOffsets.append(builder.bytes) }
    stripes.append(try builder.close(pageOffsets: pageOffsets))
    stripeStart += stripePages
    pageOffsets.removeAll(keepingCapacity: true)
  }
}
