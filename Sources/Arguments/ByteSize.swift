/// A number of bytes as people write it: `512`, `64MiB`, `2G`.
///
/// Units are powers of 1024, as in `du -h`; `MB` and `M` mean the same as `MiB`, because nobody
/// who types `--limit 64M` wants to think about the difference.
public struct ByteSize: ArgumentValue, Equatable, Comparable {
  /// The number of bytes, never negative.
  public var bytes: Int

  /// Makes a size from a number of bytes.
  public init(bytes: Int) { self.bytes = bytes }

  /// A number and perhaps a unit.
  public static var expectation: String { "a size such as 512K, 64MiB or 2G" }

  /// Reads a whole number with an optional unit from `B` to `TiB`, in any case of letters.
  public init?(argument: String) {
    let digits = argument.prefix { ("0"..."9").contains($0) }
    let unit = argument.dropFirst(digits.count).uppercased()
    let powers = ["", "K", "M", "G", "T"]
    let isKnown = { (power: String) in
      ([power, power + "B", power + "IB"]).contains(unit) && unit != "IB"
    }
    guard let number = Int(digits), let power = powers.firstIndex(where: isKnown) else {
      return nil
    }
    let (product, overflow) = number.multipliedReportingOverflow(by: 1 << (10 * power))
    guard !overflow else { return nil }
    bytes = product
  }

  /// The size in the largest unit that divides it.
  public var argument: String {
    for (unit, shift) in [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)]
    where bytes > 0 && bytes % (1 << shift) == 0 {
      return "\(bytes >> shift)\(unit)"
    }
    return String(bytes)
  }

  /// Whether the first size is smaller.
  public static func < (left: Self, right: Self) -> Bool { left.bytes < right.bytes }
}
