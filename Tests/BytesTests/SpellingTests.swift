import Bytes
import Testing

@Suite("Words that were mistyped")
struct SpellingTests {
  @Test("The distance counts swaps of neighbours as one slip")
  func distance() {
    #expect(Spelling.distance("jobs", "jbos") == 1)
    #expect(Spelling.distance("", "abc") == 3)
    #expect(Spelling.distance("abc", "abc") == 0)
  }

  @Test("A word is near with one slip for every three letters, or as the beginning of one other")
  func nearest() {
    #expect(Spelling.nearest(to: "bakcup", in: ["backup", "restore"]) == "backup")
    #expect(Spelling.nearest(to: "ver", in: ["verify", "restore"]) == "verify")
    #expect(Spelling.nearest(to: "re", in: ["restore", "rehearse"]) == nil)
    #expect(Spelling.nearest(to: "undo", in: ["verify"]) == nil)
  }
}
