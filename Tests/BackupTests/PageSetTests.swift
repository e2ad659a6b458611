import TestSupport
import Testing

@testable import Backup

@Suite("A set of pages")
struct PageSetTests {
  @Test("Ranges that overlap or touch become one, empty ones nothing")
  func joined() {
    let set = PageSet(ranges: [8..<9, 1..<3, 3..<5, 4..<6, 7..<7])
    #expect(set.ranges == [1..<6, 8..<9])
    #expect(set.count == 6)
    #expect(PageSet(ranges: [2..<2]).isEmpty)
  }

  @Test("It is read as the server writes a multirange")
  func multirange() {
    #expect(PageSet(multirange: "{[3,5),[9,10)}") == PageSet(ranges: [3..<5, 9..<10]))
    #expect(PageSet(multirange: "{}") == .empty)
  }

  @Test(
    "Another text is no set",
    arguments: ["", "{", "{[3,5)", "[3,5)", "{(3,5]}", "{[3,)}", "{[5,3)}", "{[3,5),[9}"]
  )
  func rubbish(text: String) {
    #expect(PageSet(multirange: text) == nil)
  }

  @Test("It agrees with a plain set of numbers, whatever is asked")
  func likeASet() {
    var random = SeededGenerator(seed: 3)
    for _ in 0..<300 {
      let ranges = (0..<Int.random(in: 0...8, using: &random)).map { _ in
        let start = Int.random(in: 0...60, using: &random)
        return start..<start + Int.random(in: 0...6, using: &random)
      }
      let set = PageSet(ranges: ranges)
      let plain = Set(ranges.joined())
      #expect((0...70).allSatisfy { set.contains($0) == plain.contains($0) })
      let start = Int.random(in: 0...60, using: &random)
      let window = start..<start + Int.random(in: 0...20, using: &random)
      #expect(Set(set.intersection(window).ranges.joined()) == plain.intersection(window))
      #expect(zip(set.ranges, set.ranges.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound })
      let other = PageSet(ranges: [window])
      #expect(Set(set.union(other).ranges.joined()) == plain.union(window))
    }
  }
}
