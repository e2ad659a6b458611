internal import Bytes

/// Words as a shell reads them.
enum ShellWords {
  /// One line that a person can paste; words that need it are quoted.
  static func quoted(_ words: [String]) -> String {
    words.map { word in
      let isPlain =
        !word.isEmpty
        && word.allSatisfy { character in
          character.isASCII
            && (character.isLetter || character.isNumber || "-_./:@=,+%".contains(character))
        }
      return isPlain ? word : "'\(word.replacing(mark: "'", with: "'\\''"))'"
    }.joined(separator: " ")
  }
}
