/// A type that one word of a command line can spell.
public protocol ArgumentValue: Sendable {
  /// What the word must be, to complete "is not ...": `a whole number`.
  static var expectation: String { get }
  /// The only accepted words; empty means any.
  static var choices: [String] { get }
  /// Reads the word; nil when it spells no value.
  init?(argument: String)
  /// The word that spells this value.
  var argument: String { get }
}

extension ArgumentValue {
  /// Any word, unless the type says otherwise.
  public static var choices: [String] { [] }
}

extension String: ArgumentValue {
  /// Every word is text.
  public static var expectation: String { "text" }
  /// Takes the word as it is.
  public init?(argument: String) { self = argument }
  /// The text itself.
  public var argument: String { self }
}

extension Int: ArgumentValue {
  /// Only digits, with a sign in front if negative.
  public static var expectation: String { "a whole number" }
  /// Reads a decimal number.
  public init?(argument: String) {
    guard let value = Int(argument, radix: 10) else { return nil }
    self = value
  }
  /// The number in decimal.
  public var argument: String { String(self) }
}

extension ArgumentValue where Self: RawRepresentable & CaseIterable, RawValue == String {
  /// The list of accepted words.
  public static var expectation: String { "one of " + choices.joined(separator: ", ") }
  /// The raw value of every case.
  public static var choices: [String] { allCases.map(\.rawValue) }
  /// Finds the case with this raw value.
  public init?(argument: String) { self.init(rawValue: argument) }
  /// The raw value.
  public var argument: String { rawValue }
}

extension Duration: ArgumentValue {
  /// Numbers with units.
  public static var expectation: String {
    "a length of time such as 30s, 15m, 12h, 7d, 2w or 1h30m"
  }

  /// Reads whole numbers with the units `ms`, `s`, `m`, `h`, `d` and `w`, as in `1h30m`.
  ///
  /// Nil for more than 270 years.
  public init?(argument: String) {
    // Whoever counts it in nanoseconds must not leave the numbers.
    let longest = Duration.seconds(1 << 33)
    var total = Duration.zero
    var rest = argument[...]
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { ("0"..."9").contains($0) }
      let unit = rest.dropFirst(digits.count).prefix { !("0"..."9").contains($0) }
      guard let number = Int(digits), number < 1 << 40, let length = Self.lengths[String(unit)]
      else { return nil }
      total += length * number
      guard total <= longest else { return nil }
      rest = rest.dropFirst(digits.count + unit.count)
    }
    self = total
  }

  /// The largest units that spell the length exactly.
  public var argument: String {
    var rest = self
    var text = ""
    for unit in ["w", "d", "h", "m", "s", "ms"] {
      guard let length = Self.lengths[unit] else { continue }
      let count = Int(rest / length)
      if count > 0 { text += "\(count)\(unit)" }
      rest -= length * count
    }
    return text.isEmpty ? "0s" : text
  }

  private static var lengths: [String: Duration] {
    [
      "ms": .milliseconds(1), "s": .seconds(1), "m": .seconds(60), "h": .seconds(3600),
      "d": .seconds(86400), "w": .seconds(604_800),
    ]
  }
}
