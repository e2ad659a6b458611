import Cryptography
import Testing

@testable import Repository

@Suite("A share of the packs is read each day, and all of them in time")
struct PackSampleTests {
  private func packs(_ count: Int) throws -> [PackID] {
    try (0..<count).map { number in
      try #require(PackID(try SHA256.hash(Array("pack \(number)".utf8))))
    }
  }

  @Test("Days that follow each other read every pack once", arguments: [1, 10, 25, 50])
  func daily(percent: Int) throws {
    let packs = try packs(1000)
    let first = PackSample(percent: percent, day: 20_450)
    var read: [PackID] = []
    for day in 0..<first.daysForAll {
      read += PackSample(percent: percent, day: 20_450 + day).chosen(among: packs)
    }
    #expect(read.count == 1000 && Set(read).count == 1000)
  }

  @Test("Checks once a week read every pack too", arguments: [1, 7, 10, 14, 15, 20, 28, 33, 50])
  func weekly(percent: Int) throws {
    let packs = try packs(500)
    var read: Set<PackID> = []
    for week in 0..<100 {
      read.formUnion(PackSample(percent: percent, day: 20_450 + 7 * week).chosen(among: packs))
    }
    #expect(read.count == 500)
  }

  @Test("The same day reads the same packs, all of them with 100 %, and one of a few at least")
  func sameDay() throws {
    let packs = try packs(300)
    let sample = PackSample(percent: 10, day: 3)
    #expect(sample.chosen(among: packs) == sample.chosen(among: packs.reversed()))
    #expect(PackSample.all.chosen(among: packs).count == 300)
    for day in -3..<100 {
      #expect(!PackSample(percent: 1, day: day).chosen(among: Array(packs.prefix(3))).isEmpty)
    }
    #expect(sample.chosen(among: []).isEmpty)
    #expect(PackSample(percent: 0, day: 1).percent == 1)
    #expect(PackSample(percent: 900, day: 1) == PackSample(percent: 100, day: 1))
  }

  @Test("Ids that were found are known again, whatever the memory has room for")
  func found() throws {
    let ids = try packs(400)
    var roomy = FoundChunks(for: 400)
    for id in ids { roomy.insert(id) }
    #expect(ids.filter { roomy.contains($0) }.count > 390)
    let bytes = ids[0].bytes
    let alike = ChunkID(exactly: Array(bytes.dropLast()) + [bytes[31] ^ 1])
    #expect(!roomy.contains(alike), "a host may have made it up")
    var small = FoundChunks(for: 400, limit: 64)
    for id in ids.prefix(200) { small.insert(id) }
    #expect(ids.suffix(200).allSatisfy { !small.contains($0) }, "nothing is known by mistake")
    #expect(small.contains(ids[199]), "the newest has a place")
  }
}
