internal import Digests
internal import Problems
internal import Snapshot

/// Cuts the rows of one piece of a table into stripes while they stream by, and puts rows of pages
/// that did not change between them.
///
/// Each row arrives as `(block,offset)<tab>text<newline>`, since the server is asked for the
/// `ctid` too. The `ctid` decides the stripe and is left out of it. Rows must arrive in strictly
/// ascending order: a planner setting can break it (parallel append: tested), and a stripe in
/// another order would be another chunk and a wrong page offset.
struct StripeCutter {
  /// What a stripe holds at the end of a page: one entry for each page, to compare pages by.
  struct Mark: Equatable {
    var bytes: Int
    var digest: DigestSum
  }

  private let table: String
  private let piece: ReadPlan.Piece
  private let stripePages: Int
  private var builder: StripeBuilder
  private let parent: ParentStripes
  private let compare: (_ stripe: Int, Stripe, [Mark]) throws -> Void

  private var written: [Int: Stripe] = [:]
  private var left: ArraySlice<Int>
  private var current: Int?
  /// The page that begins next.
  private var page = 0
  private var pageOffsets: [Int] = []
  private var marks: [Mark] = []
  private var last = (block: -1, offset: 0)

  /// Makes a cutter for a piece.
  ///
  /// - Parameters:
  ///   - table: The table's name, for messages.
  ///   - piece: The stripes to write, and which of their pages come from the server.
  ///   - stripePages: Pages in a stripe.
  ///   - builder: Makes the stripes.
  ///   - parent: The same stripes in the parent snapshot.
  ///   - compare: Is shown each stripe with the marks of its pages.
  init(
    table: String,
    piece: ReadPlan.Piece,
    stripePages: Int,
    builder: StripeBuilder,
    parent: ParentStripes = .none,
    compare: @escaping (_ stripe: Int, Stripe, [Mark]) throws -> Void = { _, _, _ in }
  ) {
    self.table = table
    self.piece = piece
    self.stripePages = stripePages
    self.builder = builder
    self.parent = parent
    self.compare = compare
    left = piece.stripes[...]
  }

  /// Takes one message of the COPY.
  mutating func take(_ message: Span<UInt8>) throws {
    guard let place = TuplePlace(message) else { throw TuplePlace.missing(in: table) }
    try check(place)
    while page <= place.block { try beginPage() }
    // Else the row would go into a stripe that is not its own, and no digest would tell.
    guard current != nil, page == place.block + 1 else { throw outOfOrder(place) }
    last = (place.block, place.offset)
    try builder.append(message.extracting(place.length..<message.count))
  }

  /// Closes the last stripe and returns all of them by their numbers.
  mutating func finish() throws -> [Int: Stripe] {
    while current != nil || !left.isEmpty { try beginPage() }
    return written
  }

  private func check(_ place: TuplePlace) throws {
    let isAscending = (last.block, last.offset) < (place.block, place.offset)
    // Pages are looked up once each: rows of one page follow each other.
    guard isAscending, place.block == last.block || piece.changed.contains(place.block) else {
      throw outOfOrder(place)
    }
  }

  private func outOfOrder(_ place: TuplePlace) -> Problem {
    Problem(
      code: "backup.row-order",
      "rows of \(table) did not arrive in the order of their pages",
      reason: "row (\(place.block),\(place.offset)) came after (\(last.block),\(last.offset)),"
        + " pages \(piece.pages) were asked for",
      hint: "A setting or an extension changes how the server plans; report it with its name."
    )
  }

  /// Goes on to the next page, in the next stripe where this one is full.
  private mutating func beginPage() throws {
    guard let stripe = current else { return openStripe() }
    guard page < pages(of: stripe).upperBound else { return try closeStripe(stripe) }
    if !pageOffsets.isEmpty { mark() }
    pageOffsets.append(builder.bytes)
    if !piece.changed.contains(page) {
      try parent.rows(ofPage: page - stripe * stripePages, inStripe: stripe) {
        try builder.append($0)
      }
    }
    page += 1
  }

  private mutating func openStripe() {
    guard let stripe = left.popFirst() else { return page = piece.pages.upperBound }
    current = stripe
    page = stripe * stripePages
    builder.older = parent.chunks(ofStripe: stripe)
  }

  private mutating func closeStripe(_ stripe: Int) throws {
    mark()
    let made = try builder.close(pageOffsets: pageOffsets)
    try compare(stripe, made, marks)
    written[stripe] = made
    current = nil
    pageOffsets.removeAll(keepingCapacity: true)
    marks.removeAll(keepingCapacity: true)
  }

  private mutating func mark() {
    marks.append(Mark(bytes: builder.bytes, digest: builder.digest))
  }

  private func pages(of stripe: Int) -> Range<Int> {
    stripe * stripePages..<min((stripe + 1) * stripePages, piece.pages.upperBound)
  }
}
