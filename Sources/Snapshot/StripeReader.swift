internal import Bytes
internal import Problems
public import Repository

/// Reads a stored stripe page by page: its chunks are opened one after the other, when needed.
///
/// Memory holds one chunk and the row that crosses its end, whatever the stripe's size.
public final class StripeReader {
  /// The chunk at hand, and where in the stripe's text it begins.
  private struct Opened {
    var number: Int
    var start: Int
    var bytes: [UInt8]
    var end: Int { start + bytes.count }
  }

  private let stripe: Stripe
  private let reader: ChunkReader
  /// Where each page's first row begins in the text.
  private let pageOffsets: [Int]
  private var opened: Opened?

  /// Opens a stripe's trailer, which stands whole in its last chunk.
  ///
  /// Throws what the repository says of a missing or damaged chunk, or `snapshot.stripe` where the
  /// trailer does not fit the text.
  public init(_ stripe: Stripe, reader: ChunkReader) throws {
    self.stripe = stripe
    self.reader = reader
    let last = try stripe.chunks.last.map { try reader.read($0, kind: .data) } ?? []
    pageOffsets = try Self.pageOffsets(behind: last, textLength: stripe.bytes)
    if stripe.chunks.count == 1 { opened = Opened(number: 0, start: 0, bytes: last) }
  }

  /// Pages that the stripe covers.
  public var pageCount: Int { pageOffsets.count }

  /// Lends each row of a page with its newline, in the order of their line pointers.
  ///
  /// - Parameters:
  ///   - page: The page's place in the stripe, from 0; a page behind the last has no rows.
  ///   - body: What is done with a row; its bytes are valid during the call only.
  /// - Throws: What `body` throws, or what the repository says of a damaged chunk.
  public func rows(ofPage page: Int, _ body: (Span<UInt8>) throws -> Void) throws {
    guard page < pageOffsets.count else { return }
    var position = pageOffsets[page]
    let end = page + 1 < pageOffsets.count ? pageOffsets[page + 1] : stripe.bytes
    while position < end { position += try row(at: position, before: end, body) }
  }

  /// Lends the row that begins at a position; returns its length.
  private func row(
    at position: Int,
    before end: Int,
    _ body: (Span<UInt8>) throws -> Void
  ) throws -> Int {
    let chunk = try chunk(at: position)
    let bytes = chunk.bytes.span
    let start = position - chunk.start
    if let newline = bytes.firstIndex(of: Self.newline, from: start), chunk.start + newline < end {
      try body(bytes.extracting(start..<newline + 1))
      return newline + 1 - start
    }
    guard chunk.end < end else { throw Self.damaged("a row has no end") }
    let row = try crossingRow(at: position, before: end)
    try body(row.span)
    return row.count
  }

  /// Puts together a row that is larger than a chunk.
  private func crossingRow(at start: Int, before end: Int) throws -> [UInt8] {
    var row: [UInt8] = []
    var position = start
    while position < end {
      let chunk = try chunk(at: position)
      let bytes = chunk.bytes.span
      let newline = bytes.firstIndex(of: Self.newline, from: position - chunk.start)
      let stop = min(newline.map { $0 + 1 } ?? bytes.count, end - chunk.start)
      row.append(bytes.extracting(position - chunk.start..<stop))
      if newline.map({ $0 < stop }) == true { return row }
      position = chunk.start + stop
    }
    throw Self.damaged("a row has no end")
  }

  /// The chunk that holds a position; going back begins again with the first.
  private func chunk(at position: Int) throws -> Opened {
    if let opened, opened.start <= position, position < opened.end { return opened }
    var next = opened.flatMap { $0.end <= position ? ($0.number + 1, $0.end) : nil } ?? (0, 0)
    while next.0 < stripe.chunks.count {
      let bytes = try reader.read(stripe.chunks[next.0], kind: .data)
      let chunk = Opened(number: next.0, start: next.1, bytes: bytes)
      opened = chunk
      if position < chunk.end { return chunk }
      next = (next.0 + 1, chunk.end)
    }
    throw Self.damaged("its text is shorter than it says")
  }

  static func pageOffsets(behind last: [UInt8], textLength: Int) throws -> [Int] {
    guard last.count >= 4 else { throw damaged("it has no trailer") }
    var counter = ByteReader(Array(last.suffix(4)))
    let count = Int(counter.next(UInt32.self) ?? 0)
    guard count <= (last.count - 4) / 8 else { throw damaged("its trailer is cut") }
    var trailer = ByteReader(Array(last.suffix(4 + count * 8)))
    var offsets: [Int] = []
    for _ in 0..<count {
      guard let offset = trailer.next(UInt64.self).flatMap({ Int(exactly: $0) }),
        offset >= offsets.last ?? 0, offset <= textLength
      else { throw damaged("its page offsets are not in order") }
      offsets.append(offset)
    }
    return offsets
  }

  private static let newline = UInt8(ascii: "\n")

  private static func damaged(_ reason: String) -> Problem {
    Problem(
      .damaged,
      code: "snapshot.stripe",
      "a stripe of rows cannot be read",
      reason: reason,
      hint: "Run drydock check --read-data, and use an older snapshot meanwhile."
    )
  }
}
