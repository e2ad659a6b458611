import Testing

@testable import Commands

@Suite("Words for a shell")
struct ShellWordsTests {
  @Test("A word is quoted where it must be, and a mark behind a quote does not open it")
  func quoted() {
    #expect(ShellWords.quoted(["drydock", "--table", "a b"]) == "drydock --table 'a b'")
    #expect(ShellWords.quoted(["it's", ""]) == "'it'\\''s' ''")
    let word = ShellWords.quoted(["x'\u{301}; reboot #"])
    #expect(Array(word.utf8) == Array("'x'\\''\u{301}; reboot #'".utf8))
  }
}
