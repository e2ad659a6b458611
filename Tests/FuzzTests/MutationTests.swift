import TestSupport
import Testing

@Suite("Parsers of stored bytes refuse what they cannot read, and nothing else happens")
struct MutationTests {
  @Test("Every entry has inputs that it takes", arguments: FuzzEntry.allCases)
  func corpus(entry: FuzzEntry) throws {
    let whole = try FuzzSeeds.bytes(for: entry)
    try FuzzCorpus.update(entry, whole)
    #expect(throws: Never.self) { try entry.run(whole) }
    if entry != .salvage { #expect(try entry.takes(whole), "the entry refuses what is right") }
    let inputs = try FuzzCorpus.inputs(of: entry)
    #expect(!inputs.isEmpty)
    for input in inputs {
      #expect(throws: Never.self, "\(input.name)") { try entry.run(input.bytes) }
    }
  }

  @Test(
    "Thousands of changed inputs end in an error or in what they say",
    arguments: FuzzEntry.allCases
  )
  func mutated(entry: FuzzEntry) throws {
    let inputs = try FuzzCorpus.inputs(of: entry)
    var mutation = Mutation(generator: SeededGenerator.announced("mutated \(entry)"))
    for round in 0..<entry.rounds {
      let input = mutation.mutated(inputs[round % inputs.count].bytes)
      #expect(throws: Never.self, "\(input)") { try entry.run(input) }
    }
  }

  @Test("The mutations change something, and the same seed changes the same")
  func mutations() {
    let input = [UInt8](0..<64)
    var one = Mutation(generator: SeededGenerator(seed: 7))
    var other = Mutation(generator: SeededGenerator(seed: 7))
    let changed = (0..<200).map { _ in one.mutated(input) }
    #expect(changed == (0..<200).map { _ in other.mutated(input) })
    #expect(changed.filter { $0 != input }.count > 190)
    #expect(Set(changed.map(\.count)).count > 10)
  }
}

extension FuzzEntry {
  /// Enough to find what is easy to find, in a second or two.
  fileprivate var rounds: Int { self == .salvage ? 200 : 2000 }
}
