internal import Problems
internal import Repository
internal import Snapshot

/// The rows of one stripe as COPY text, without their line ends.
struct StripeRows: Sequence {
  private let lines: [ArraySlice<UInt8>]

  /// Reads and proves the stripe's chunks.
  init(_ stripe: Stripe, of repository: Repository) throws {
    let ahead = ChunkAhead(stripe.chunks, of: repository)
    defer { ahead.stop() }
    var text: [UInt8] = []
    for _ in stripe.chunks { text += try ahead.next() }
    // COPY escapes line ends inside of values, so each one ends a row.
    lines = text.prefix(stripe.bytes)
      .split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .dropLast()
  }

  func makeIterator() -> some IteratorProtocol<ArraySlice<UInt8>> { lines.makeIterator() }
}
