/// Made-up contents: a few hundred bytes stand for the rows of 128 pages.
///
/// They do not compress, and a change alters some bytes in their middle, so that a chunk has a size,
/// an id, and a chain of deltas like a real one.
struct StripeContent {
  /// Bytes of one stripe: the least for which a changed field is worth a delta.
  static let length = 320
  private static let field = 160..<168

  let seed: UInt64

  /// Whether a night changes a stripe: scattered, and the same for the same seed.
  func changes(_ stripe: Int, night: Int, percent: Int) -> Bool {
    Self.mixed(seed ^ UInt64(night) << 40 ^ UInt64(stripe)) % 100 < UInt64(percent)
  }

  /// A stripe of the first snapshot.
  func first(_ stripe: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.length)
    for word in 0..<UInt64(Self.length / 8) {
      Self.append(Self.mixed(seed ^ UInt64(stripe) << 8 ^ word), to: &bytes)
    }
    return bytes
  }

  /// A stripe after a night that changed it.
  func changed(_ content: [UInt8], stripe: Int, night: Int) -> [UInt8] {
    var field: [UInt8] = []
    Self.append(Self.mixed(UInt64(night) << 40 ^ UInt64(stripe)), to: &field)
    var bytes = content
    bytes.replaceSubrange(Self.field, with: field)
    return bytes
  }

  /// A stripe after so many changes.
  func version(_ stripe: Int, change: Int) -> [UInt8] {
    let content = first(stripe)
    return change == 0 ? content : changed(content, stripe: stripe, night: change)
  }

  private static func append(_ word: UInt64, to bytes: inout [UInt8]) {
    for shift in stride(from: 0, to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
    }
  }

  /// The finaliser of SplitMix64 (Steele, Lea, Flood, 2014).
  private static func mixed(_ value: UInt64) -> UInt64 {
    var mixed = value &+ 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
