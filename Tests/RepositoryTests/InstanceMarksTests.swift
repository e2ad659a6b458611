import TestSupport
import Testing

@testable import Repository

@Suite("A mark on an instance takes one bit, and says nothing of its neighbours")
struct InstanceMarksTests {
  @Test("What was inserted is there, and nothing else", arguments: [1, 63, 64, 65, 1000])
  func members(count: Int) {
    var random = SeededGenerator(seed: UInt64(count))
    var marks = InstanceMarks(count: count)
    var expected: Set<Int> = []
    for _ in 0..<count {
      let position = Int.random(in: 0..<count, using: &random)
      marks.insert(position)
      expected.insert(position)
    }
    #expect((0..<count).filter(marks.contains) == expected.sorted())
    #expect(marks.wordCount == (count + 63) / 64)
  }

  @Test("A merge queue gives all entries of its sources in order", arguments: [0, 1, 2, 7, 110])
  func queue(count: Int) throws {
    var random = SeededGenerator(seed: UInt64(count))
    var sources = (0..<count).map { number in
      (0..<(number % 5)).map { place in
        CachePage.Key(
          id: ChunkID(exactly: [UInt8](repeating: .random(in: 0...9, using: &random), count: 32)),
          pack: UInt32(number),
          offset: UInt32(place)
        )
      }
      .sorted()
    }
    let expected = sources.flatMap { $0 }.sorted()
    var queue = MergeQueue()
    for number in sources.indices where !sources[number].isEmpty {
      queue.add(sources[number].removeFirst(), of: number)
    }
    var merged: [CachePage.Key] = []
    while let (key, number) = queue.first {
      merged.append(key)
      queue.replaceFirst(with: sources[number].isEmpty ? nil : sources[number].removeFirst())
    }
    #expect(merged == expected)
  }

  @Test("What a pack has, live and dead, are the lengths of its instances")
  func uses() throws {
    var table = InstanceTable()
    var sample = try IndexSample(seed: 3)
    let entries = (0..<3).map { _ in
      let ids = (0..<20).map { _ in sample.id() }
      return sample.pack(of: ids)
    }
    for entry in entries { table.add(entry) }
    var marks = InstanceMarks(count: table.count)
    // All of the first pack, every other instance of the second, none of the third.
    for position in Array(0..<20) + stride(from: 20, to: 40, by: 2) { marks.insert(position) }
    let uses = try PackUse.all(of: table, marks: marks)
    func length(_ pack: Int, _ places: some Sequence<Int>) -> Int {
      places.reduce(0) { $0 + entries[pack].instances[$1].instance.length }
    }
    #expect(uses.map(\.liveCount) == [20, 10, 0])
    let even = stride(from: 0, to: 20, by: 2)
    #expect(uses.map(\.live) == [length(0, 0..<20), length(1, even), 0])
    let odd = stride(from: 1, to: 20, by: 2)
    #expect(uses.map(\.dead) == [0, length(1, odd), length(2, 0..<20)])
  }
}
