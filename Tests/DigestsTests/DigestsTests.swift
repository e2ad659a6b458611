import Digests
import Foundation
import Testing

@Suite("A digest proves a set of rows")
struct DigestsTests {
  private func digest(_ text: String, seed: UInt64 = 0) -> RowDigest {
    RowHasher(seed: seed).digest(of: Array(text.utf8).span)
  }

  @Test("It is XXH3 with 128 bits, whose output is frozen")
  func vectors() {
    // The hash of nothing, as xxHash's own sanity test has it.
    #expect(digest("") == RowDigest(low: 0x6001_C324_468D_497F, high: 0x99AA_06D3_0147_98D8))
    #expect(digest("a", seed: 1) != digest("a", seed: 2))
    #expect(
      digest(String(repeating: "x", count: 1000)) != digest(String(repeating: "x", count: 999))
    )
  }

  @Test("The sum carries, does not depend on order, and sees a row that is there twice")
  func sums() {
    var sum = DigestSum(low: .max, high: 1)
    sum.add(RowDigest(low: 1, high: 0))
    #expect(sum == DigestSum(low: 0, high: 2))
    sum = DigestSum(low: .max, high: .max)
    sum.add(DigestSum(low: 1, high: 0))
    #expect(sum == .zero)
    let rows = (0..<100).map { digest("row \($0)") }
    var forward = DigestSum()
    var backward = DigestSum()
    rows.forEach { forward.add($0) }
    rows.reversed().forEach { backward.add($0) }
    #expect(forward == backward)
    backward.add(rows[3])
    backward.add(rows[3])
    #expect(forward != backward)
  }

  @Test("It is kept as 32 hexadecimal digits")
  func text() throws {
    let sum = DigestSum(low: 0xAB, high: 0x1)
    #expect(sum.description == "000000000000000100000000000000ab")
    #expect(DigestSum(sum.description) == sum)
    #expect(DigestSum("0000000000000001 0000000000000ab") == nil)
    #expect(DigestSum("+000000000000001+0000000000000ab") == nil)
    let coded = try JSONDecoder().decode(DigestSum.self, from: JSONEncoder().encode(sum))
    #expect(coded == sum)
  }
}
