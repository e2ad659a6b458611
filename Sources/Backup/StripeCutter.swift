internal import Bytes
internal import Digests
internal import Problems
internal import Repository
internal import Snapshot

/// Cuts the rows of one range of a table into stripes while they stream by.
///
/// Each row arrives as `(block,offset)<tab>text<newline>`, since the server is asked for the
/// `ctid` too. The `ctid` decides the stripe and is left out of it. Rows must arrive in strictly
/// ascending order: a planner setting can break it (parallel append: tested), and a stripe in
/// another order would be another chunk and a wrong page offset.
final class StripeCutter {
  /// A stripe with more text than this becomes several chunks.
  static let pieceSize = 1 << 20

  private let table: String
  private let range: Range<Int>
  private let stripePages: Int
  private let hasher: RowHasher
  private let store: (Span<UInt8>) throws -> ChunkID

  private var stripes: [Stripe] = []
  private var stripeStart: Int
  private var text: [UInt8] = []
  private var pageOffsets: [Int] = []
  private var flushed = 0
  private var rows = 0
  private var digest = DigestSum()
  private var chunks: [ChunkID] = []
  private var last = (block: -1, offset: 0)

  /// Makes a cutter for the pages of `range`, which begins at a stripe's first page.
  init(
    table: String,
    range: Range<Int>,
    stripePages: Int,
    seed: UInt64,
    store: @escaping (Span<UInt8>) throws -> ChunkID
  ) {
    self.table = table
    self.range = range
    self.stripePages = stripePages
    hasher = RowHasher(seed: seed)
    self.store = store
    stripeStart = range.lowerBound
    text.reserveCapacity(Self.pieceSize)
  }

  /// Takes one message of the COPY.
  func take(_ message: Span<UInt8>) throws {
    let place = try TuplePlace(message, table: table)
    try check(place)
    while place.block >= stripeStart + stripePages { try closeStripe() }
    while pageOffsets.count <= place.block - stripeStart {
      pageOffsets.append(flushed + text.count)
    }
    try append(message.extracting(place.length..<message.count))
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

  private func append(_ row: Span<UInt8>) throws {
    digest.add(hasher.digest(of: row.extracting(0..<(row.count - 1))))
    rows += 1
    if text.count + row.count > Self.pieceSize { try flush() }
    guard row.count > Self.pieceSize else { return text.append(row) }
    for start in stride(from: 0, to: row.count, by: Self.pieceSize) {
      text.append(row.extracting(start..<min(start + Self.pieceSize, row.count)))
      try flush()
    }
  }

  private func flush() throws {
    guard !text.isEmpty else { return }
    // A span cannot be lent from a property of a class, so the buffer is taken out and put back.
    var piece: [UInt8] = []
    swap(&piece, &text)
    chunks.append(try store(piece.span))
    flushed += piece.count
    piece.removeAll(keepingCapacity: true)
    swap(&piece, &text)
  }

  private func closeStripe() throws {
    let pages = min(stripePages, range.upperBound - stripeStart)
    let bytes = flushed + text.count
    while pageOffsets.count < pages { pageOffsets.append(bytes) }
    text.append(contentsOf: Stripe.trailer(pageOffsets: pageOffsets))
    try flush()
    stripes.append(Stripe(chunks: chunks, rows: rows, bytes: bytes, digest: digest))
    stripeStart += stripePages
    pageOffsets.removeAll(keepingCapacity: true)
    chunks = []
    (flushed, rows, digest) = (0, 0, DigestSum())
  }
}
