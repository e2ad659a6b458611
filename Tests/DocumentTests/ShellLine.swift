/// The calls of drydock in a text for a shell, as words: what stands up to a pipe, a redirection, a
/// list's sign or a comment, without quotes.
enum ShellLine {
  /// The words behind `drydock` of each call.
  static func calls(in text: String) -> [[String]] {
    text.replacing("\\\n", with: " ").split(separator: "\n").flatMap { line in
      commands(in: line).compactMap { words in
        let place = words.firstIndex { $0 == "drydock" || $0.hasSuffix("/drydock") }
        guard let place, words[..<place].allSatisfy(isPrelude) else { return nil }
        return Array(words[(place + 1)...])
      }
    }
  }

  /// What may stand before a program's name: `sudo`, `time`, a variable.
  private static func isPrelude(_ word: String) -> Bool {
    ["$", "sudo", "time", "if", "!", "while"].contains(word) || word.contains("=")
  }

  private static func commands(in line: Substring) -> [[String]] {
    var commands: [[String]] = []
    var words: [String] = []
    var word: String?
    var quote: Character?
    func end() {
      if let text = word { words.append(text) }
      word = nil
    }
    reading: for character in line {
      if let open = quote {
        if character == open { quote = nil } else { word = (word ?? "") + String(character) }
        continue
      }
      switch character {
      case "'", "\"":
        quote = character
        word = word ?? ""
      case " ", "\t": end()
      case "#" where word == nil: break reading
      case "|", ";", "&", "(", ")", ">", "<", "`":
        end()
        commands.append(words)
        words = []
      default: word = (word ?? "") + String(character)
      }
    }
    end()
    return commands + [words]
  }
}
