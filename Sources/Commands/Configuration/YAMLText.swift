internal import Bytes

/// Values written as YAML.
enum YAMLText {
  /// A text as one scalar: plain where YAML reads it back as it is, else in single quotes.
  ///
  /// - Parameter text: One line.
  /// - Returns: What stands behind `key: `.
  static func scalar(_ text: String) -> String {
    let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    let isPlain =
      text.first.map { (letters + "/").contains($0) } ?? false
      && text.allSatisfy { (letters + "/._-=@:%+~").contains($0) }
      && !text.hasSuffix(":")
      && !["true", "false", "null", "yes", "no"].contains(text.lowercased())
    return isPlain ? text : "'\(text.replacing(mark: "'", with: "''"))'"
  }
}
