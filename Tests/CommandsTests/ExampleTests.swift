import Arguments
import TestSupport
import Testing

@testable import Commands

@Suite("The examples in help and manual")
struct ExampleTests {
  private static let root = CommandInfo(CommandTree.root)
  private static let leaves = root.visibleLeaves

  @Test("Every command has one at least")
  func present() {
    #expect(Self.leaves.filter(\.examples.isEmpty).map(\.call) == [])
  }

  @Test("Each is a line that the program understands, and calls its own command")
  func understood() throws {
    for leaf in Self.leaves {
      for example in leaf.examples {
        let words = Self.words(example.line)
        #expect(words.first == "drydock", "\(example.line)")
        guard
          case .run(_, let info) = try CommandLineReader(CommandTree.root)
            .read(Array(words.dropFirst()))
        else {
          Issue.record("\(example.line) runs nothing")
          continue
        }
        #expect(info.call == leaf.call, "\(example.line)")
      }
    }
  }

  @Test("Each says in a sentence what it does")
  func explained() {
    for example in Self.leaves.flatMap(\.examples) {
      let isSentence = example.purpose.wholeMatch(of: /\p{Lu}.*[.?]/) != nil
      #expect(isSentence, "\(example.purpose)")
    }
  }

  @Test("A line of a document is cut into words as a shell does it")
  func cut() {
    #expect(
      Self.words("PGUSER=x drydock query latest 'SELECT 1' \"a b\" | wc -l")
        == ["drydock", "query", "latest", "SELECT 1", "a b"]
    )
    #expect(Self.words("source <(drydock completions bash)") == ["drydock", "completions", "bash"])
    #expect(Self.words("restic dump x | drydock import -") == ["drydock", "import", "-"])
  }

  /// The words of the first call of the program in a line, without what a shell does around it.
  private static func words(_ line: String) -> [String] {
    var words: [String] = []
    var word = ""
    var isWord = false
    var quote: Character?
    for character in line.replacing("<(", with: "") {
      if let open = quote {
        if character == open { quote = nil } else { word.append(character) }
      } else if character == "'" || character == "\"" {
        (quote, isWord) = (character, true)
      } else if "|><;)&".contains(character) {
        if isWord { words.append(word) }
        (word, isWord) = ("", false)
        if words.contains("drydock") { break }
      } else if character.isWhitespace {
        if isWord { words.append(word) }
        (word, isWord) = ("", false)
      } else {
        word.append(character)
        isWord = true
      }
    }
    if isWord { words.append(word) }
    return Array(words.drop { $0 != "drydock" })
  }
}
