import Testing

@testable import Commands

@Suite("The path of a file, wherever the program was called")
struct AbsolutePathTests {
  @Test("A path that begins at the root stays, by its bytes; any other begins in the directory")
  func absolute() {
    #expect("a/b".absolute(in: "/here") == "/here/a/b")
    #expect("/a/b".absolute(in: "/here") == "/a/b")
    #expect("".absolute(in: "/here") == "/here/")
    // The mark makes one character of itself and the slash, and is a name of its own to the system.
    #expect(Array("/\u{301}a".absolute(in: "/here").utf8) == Array("/\u{301}a".utf8))
  }
}
