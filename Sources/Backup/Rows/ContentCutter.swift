internal import Bytes

/// Cuts bytes where their content says, so that what was inserted or removed moves no other cut.
///
/// A sum that rolls over the last 64 bytes (a gear hash, as in FastCDC: Xia et al., USENIX ATC 2016)
/// ends a piece where its upper 19 bits are zero: on average 640 KiB after the last cut, at least
/// 128 KiB and at most 2 MiB. The table of the sum comes from the repository's digest seed, so that
/// lengths of pieces tell a stranger nothing; a copy of the repository shares it.
struct ContentCutter {
  static let least = 128 << 10
  static let most = 2 << 20
  private static let bits = 19

  private let table: [UInt64]
  private var piece: [UInt8] = []
  private var sum: UInt64 = 0

  /// A cutter at the beginning of a file.
  ///
  /// - Parameter seed: Decides where it cuts: the same seed cuts the same bytes alike.
  init(seed: UInt64) {
    table = Self.table(seed)
    piece.reserveCapacity(Self.most)
  }

  /// Takes bytes, and gives each piece that they end.
  mutating func append(_ bytes: Span<UInt8>, _ give: (Span<UInt8>) throws -> Void) throws {
    var start = 0
    while start < bytes.count {
      let rest = bytes.extracting(start...)
      guard let length = lengthToCut(rest) else { return piece.append(rest) }
      piece.append(rest.extracting(..<length))
      try give(piece.span)
      piece.removeAll(keepingCapacity: true)
      sum = 0
      start += length
    }
  }

  /// Gives the last piece; none for an empty file.
  mutating func finish(_ give: (Span<UInt8>) throws -> Void) throws {
    guard !piece.isEmpty else { return }
    try give(piece.span)
    piece.removeAll(keepingCapacity: true)
  }

  /// How many of these bytes still belong to the piece; nil where all do and none ends it.
  private mutating func lengthToCut(_ bytes: Span<UInt8>) -> Int? {
    let limit = min(bytes.count, Self.most - piece.count)
    // The sum forgets what is more than 64 bytes back, so it need not begin before.
    var index = max(0, Self.least - 64 - piece.count)
    let earliest = Self.least - piece.count
    let numbers = self.table
    let table = numbers.span
    var sum = sum
    while index < limit {
      sum = (sum << 1) &+ table[Int(bytes[index])]
      index += 1
      if sum >> (64 - Self.bits) == 0, index >= earliest { return index }
    }
    self.sum = sum
    return limit < bytes.count || piece.count + limit == Self.most ? limit : nil
  }

  /// 256 numbers by SplitMix64 (Steele et al., OOPSLA 2014).
  private static func table(_ seed: UInt64) -> [UInt64] {
    var state = seed
    return (0..<256).map { _ in
      state &+= 0x9e37_79b9_7f4a_7c15
      var number = state
      number = (number ^ (number >> 30)) &* 0xbf58_476d_1ce4_e5b9
      number = (number ^ (number >> 27)) &* 0x94d0_49bb_1331_11eb
      return number ^ (number >> 31)
    }
  }
}
