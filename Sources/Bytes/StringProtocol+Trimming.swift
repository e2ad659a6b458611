extension StringProtocol {
  /// The text without blanks, tabs and line ends at its beginning and end.
  public var trimmed: String {
    let start = drop(while: \.isWhitespace)
    guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...end])
  }
}
