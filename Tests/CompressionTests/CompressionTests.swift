import Compression
import Problems
import Testing

@Suite("Frames give back what went in")
struct CompressionTests {
  private func text(_ count: Int) -> [UInt8] {
    var state: UInt64 = 9
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 61)
    }
  }

  @Test("At every size and level", arguments: [0, 1, 1000, 300_000], [1, 3, 9])
  func roundTrip(count: Int, level: Int) throws {
    let raw = text(count)
    var frame: [UInt8] = [42]
    let length = try Compressor().compress(raw.span, level: level, appendingTo: &frame)
    #expect(frame.count == length + 1 && frame[0] == 42)
    frame.removeFirst()
    let decompressor = try Decompressor()
    #expect(try decompressor.decompress(frame.span, rawLength: count) == raw)
    #expect(try decompressor.reproduces(raw.span, from: frame.span))
  }

  @Test("With an older version as prefix only the change is stored")
  func prefix() throws {
    let older = text(200_000)
    var newer = older
    newer[100_000] ^= 1
    let compressor = try Compressor()
    var frame: [UInt8] = []
    try compressor.compress(newer.span, level: 3, prefix: older, appendingTo: &frame)
    #expect(frame.count < 200)
    let decompressor = try Decompressor()
    #expect(try decompressor.reproduces(newer.span, from: frame.span, prefix: older))
    #expect(throws: Problem.self) {
      try decompressor.decompress(frame.span, rawLength: newer.count)
    }
    // The prefix counts for one frame only, on both sides.
    frame.removeAll()
    try compressor.compress(newer.span, level: 3, appendingTo: &frame)
    #expect(try decompressor.reproduces(newer.span, from: frame.span))
  }

  @Test("A frame longer than wanted is given up, and leaves the buffer as it was")
  func limit() throws {
    let raw = text(50_000)
    let compressor = try Compressor()
    var whole: [UInt8] = []
    let length = try compressor.compress(raw.span, level: 3, appendingTo: &whole)
    var frame: [UInt8] = [42]
    for limit in [0, 1, 100, length / 2, length - 1] {
      let fits = try compressor.compress(
        raw.span,
        level: 3,
        prefix: [],
        limit: limit,
        appendingTo: &frame
      )
      #expect(!fits && frame == [42], "a limit of \(limit) where \(length) are needed")
    }
    var older = raw
    older[7] ^= 1
    let fits = try compressor.compress(
      raw.span,
      level: 3,
      prefix: older,
      limit: length / 10,
      appendingTo: &frame
    )
    #expect(fits && frame.count < length / 10)
    frame.removeFirst()
    #expect(try Decompressor().reproduces(raw.span, from: frame.span, prefix: older))
  }

  @Test("Another length than agreed is damage, and so is a broken frame")
  func damage() throws {
    let raw = text(10_000)
    var frame: [UInt8] = []
    try Compressor().compress(raw.span, level: 3, appendingTo: &frame)
    let decompressor = try Decompressor()
    for length in [0, 9_999, 10_001] {
      let problem = #expect(throws: Problem.self) {
        try decompressor.decompress(frame.span, rawLength: length)
      }
      #expect(problem?.code == "compression.damaged" && problem?.kind == .damaged)
    }
    frame.removeLast(10)
    #expect(throws: Problem.self) { try decompressor.decompress(frame.span, rawLength: 10_000) }
    var other = raw
    other[5] ^= 1
    frame.removeAll()
    try Compressor().compress(raw.span, level: 3, appendingTo: &frame)
    #expect(try !decompressor.reproduces(other.span, from: frame.span))
  }
}
