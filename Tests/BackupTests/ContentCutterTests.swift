import Testing

@testable import Backup

@Suite("Dumps are cut by their content")
struct ContentCutterTests {
  /// Numbers by a seed that each test prints when it fails.
  private static func bytes(_ count: Int, seed: UInt64) -> [UInt8] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 56)
    }
  }

  /// The pieces of some bytes that come in portions of one size.
  private static func pieces(_ bytes: [UInt8], seed: UInt64 = 7, by portion: Int) throws
    -> [[UInt8]]
  {
    var cutter = ContentCutter(seed: seed)
    var pieces: [[UInt8]] = []
    func give(_ piece: Span<UInt8>) { pieces.append(piece.indices.map { piece[$0] }) }
    for start in stride(from: 0, to: bytes.count, by: portion) {
      let span = bytes.span.extracting(start..<min(start + portion, bytes.count))
      try cutter.append(span) { give($0) }
    }
    try cutter.finish { give($0) }
    return pieces
  }

  @Test("The pieces are the bytes, within their sizes, however the bytes come")
  func sizes() throws {
    let bytes = Self.bytes(5_000_000, seed: 1)
    let pieces = try Self.pieces(bytes, by: 1 << 20)
    #expect(Array(pieces.joined()) == bytes)
    #expect(pieces.count > 3)
    for piece in pieces.dropLast() {
      #expect((ContentCutter.least...ContentCutter.most).contains(piece.count))
    }
    #expect(try Self.pieces(bytes, by: 65_521) == pieces)
    #expect(try Self.pieces(bytes, by: 5_000_000) == pieces)
    #expect(try Self.pieces(bytes, seed: 8, by: 1 << 20).map(\.count) != pieces.map(\.count))
  }

  @Test("Bytes without any cut are cut at the largest size, and no bytes are no piece")
  func alike() throws {
    let zeros = [UInt8](repeating: 0, count: 2 * ContentCutter.most + 5)
    let sizes = try Self.pieces(zeros, by: 100_000).map(\.count)
    #expect(sizes == [ContentCutter.most, ContentCutter.most, 5])
    #expect(try Self.pieces([], by: 1).isEmpty)
  }

  @Test("What is inserted at the beginning changes the first pieces only")
  func inserted() throws {
    let bytes = Self.bytes(6_000_000, seed: 2)
    let before = try Self.pieces(bytes, by: 1 << 20)
    let after = try Self.pieces(Array("a new line\n".utf8) + bytes, by: 1 << 20)
    let shared = Set(before).intersection(after).count
    #expect(shared >= before.count - 2, "\(shared) of \(before.count) pieces are the same")
  }
}
