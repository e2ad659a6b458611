import Testing

/// A rule of the house, and a small house in which it is broken.
struct HouseRule: Sendable, CustomTestStringConvertible {
  /// The rule as a sentence.
  let name: String
  /// Files that break it.
  let sample: [String: String]
  /// Where the sample breaks it, as `path:line`.
  let broken: [String]
  /// Finds every place where a house breaks it.
  let check: @Sendable (House) -> [Violation]

  var testDescription: String { name }

  static let all: [HouseRule] =
    floors + words + shapes + [.documentation, .package]
}
