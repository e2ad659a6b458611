/// Words as a shell reads them, for commands that a person is told to run.
public enum ShellWords {
  /// What no shell reads otherwise, wherever it stands in a word.
  private static let plain = Set(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@=,+%".unicodeScalars
  )

  /// One line that a person can paste; words that need it are quoted.
  ///
  /// - Parameter words: The words, as the program that is called shall get them.
  /// - Returns: The words with a space between each two.
  public static func quoted(_ words: [String]) -> String {
    words.map { quoted($0) }.joined(separator: " ")
  }

  /// One word, in quotes unless each of its scalars is plain.
  ///
  /// - Parameter word: The word, as the program that is called shall get it; it may be empty.
  /// - Returns: What the shell reads as that word.
  public static func quoted(_ word: String) -> String {
    let isPlain = !word.isEmpty && word.unicodeScalars.allSatisfy { plain.contains($0) }
    return isPlain ? word : "'\(word.escaping(["'": "'\\''"]))'"
  }
}
