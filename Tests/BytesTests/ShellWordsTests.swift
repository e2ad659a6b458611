import Bytes
import Testing

@Suite("Words for a shell")
struct ShellWordsTests {
  @Test("A word is quoted where it must be, and a mark behind a quote does not open it")
  func quoted() {
    #expect(ShellWords.quoted(["drydock", "--table", "a b"]) == "drydock --table 'a b'")
    #expect(ShellWords.quoted(["it's", ""]) == "'it'\\''s' ''")
    let word = ShellWords.quoted(["x'\u{301}; reboot #"])
    #expect(Array(word.utf8) == Array("'x'\\''\u{301}; reboot #'".utf8))
  }

  @Test("What a shell may read otherwise is quoted, and nothing else")
  func plain() {
    for word in ["tenant_2", "/var/a-b.gz", "s3://x@y:1/z", "a=1,2+3", "100%", "\u{e9}"] {
      let isASCII = word.utf8.allSatisfy { $0 < 0x80 }
      #expect(ShellWords.quoted(word) == (isASCII ? word : "'\(word)'"))
    }
    let special = ["", "~", "a b", "$a", "a;b", "a\nb", "a\r\nb", #"tenant\_2"#, "*", "\u{301}"]
    for word in special {
      #expect(ShellWords.quoted(word) == "'\(word)'")
    }
  }
}
