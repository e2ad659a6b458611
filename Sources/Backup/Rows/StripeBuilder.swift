internal import Bytes
internal import Digests
internal import Repository
internal import Snapshot

/// Gathers the rows of one stripe after another: counts them, sums their digests, stores their text.
///
/// A stripe with more than 1 MiB of text becomes several chunks, cut at row ends where a row fits.
/// A value, not an object: every row passes here, and the compiler proves that nobody else writes
/// to a value, where an object asks at each access.
struct StripeBuilder {
  static let pieceSize = 1 << 20

  private let hasher: RowHasher
  private let store: (Span<UInt8>, _ older: ChunkID?) throws -> ChunkID
  private var text: [UInt8] = []
  private var flushed = 0
  private var rows = 0
  private var chunks: [ChunkID] = []

  /// The chunks of the same stripe in the parent snapshot, set before a stripe's first row.
  var older: [ChunkID] = []
  /// The sum of the digests of the stripe's rows until now.
  private(set) var digest = DigestSum()

  init(seed: UInt64, store: @escaping (Span<UInt8>, _ older: ChunkID?) throws -> ChunkID) {
    hasher = RowHasher(seed: seed)
    self.store = store
    text.reserveCapacity(Self.pieceSize)
  }

  /// Bytes of text in the stripe until now: where its next row begins.
  var bytes: Int { flushed + text.count }

  /// Takes a row with its newline.
  mutating func append(_ row: Span<UInt8>) throws {
    digest.add(hasher.digest(of: row.extracting(0..<(row.count - 1))))
    rows += 1
    if text.count + row.count > Self.pieceSize { try flush() }
    guard row.count > Self.pieceSize else { return text.append(row) }
    for start in stride(from: 0, to: row.count, by: Self.pieceSize) {
      text.append(row.extracting(start..<min(start + Self.pieceSize, row.count)))
      try flush()
    }
  }

  /// Ends the stripe with its trailer and begins the next one.
  mutating func close(pageOffsets: [Int]) throws -> Stripe {
    let bytes = bytes
    text.append(contentsOf: Stripe.trailer(pageOffsets: pageOffsets))
    try flush()
    defer { clear() }
    return Stripe(chunks: chunks, rows: rows, bytes: bytes, digest: digest)
  }

  /// Forgets a stripe that was begun and cannot be ended.
  mutating func clear() {
    text.removeAll(keepingCapacity: true)
    chunks = []
    older = []
    (flushed, rows, digest) = (0, 0, DigestSum())
  }

  private mutating func flush() throws {
    guard !text.isEmpty else { return }
    let older = chunks.count < older.count ? older[chunks.count] : nil
    chunks.append(try store(text.span, older))
    flushed += text.count
    text.removeAll(keepingCapacity: true)
  }
}
