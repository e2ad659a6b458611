public import Arguments

/// Which share of the packs is read: `10%`; alone, all.
public struct ReadShare: ArgumentValue, Equatable {
  /// What the word must be.
  public static let expectation = "a share from 1% to 100%"

  /// How many of a hundred.
  public let percent: Int

  /// Everything.
  public static let all = ReadShare(percent: 100)

  private init(percent: Int) { self.percent = percent }

  /// Reads `10%` or `10`; an empty word is all.
  public init?(argument: String) {
    guard !argument.isEmpty else {
      self = .all
      return
    }
    let digits = argument.hasSuffix("%") ? String(argument.dropLast()) : argument
    guard let percent = Int(argument: digits), (1...100).contains(percent) else { return nil }
    self.init(percent: percent)
  }

  /// The share with its sign.
  public var argument: String { "\(percent)%" }
}
