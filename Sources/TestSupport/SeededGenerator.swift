internal import Foundation

/// Random numbers that come again: the same seed gives the same sequence everywhere.
///
/// The algorithm is SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators",
/// 2014): not for secrets, fast and well mixed.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  /// The number from which everything follows.
  public let seed: UInt64
  private var state: UInt64

  /// A generator for a known seed.
  public init(seed: UInt64) {
    self.seed = seed
    state = seed
  }

  /// A generator with a fresh seed, or the one in `DRYDOCK_TEST_SEED`; prints it with the test's name.
  public static func announced(_ test: String = #function) -> SeededGenerator {
    let asked = ProcessInfo.processInfo.environment["DRYDOCK_TEST_SEED"].flatMap { UInt64($0) }
    let seed = asked ?? UInt64.random(in: .min ... .max)
    print("\(test): DRYDOCK_TEST_SEED=\(seed)")
    return SeededGenerator(seed: seed)
  }

  /// The next number.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
