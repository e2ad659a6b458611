import ObjectStore
import Testing

@testable import Repository

@Suite("An instance counts only with all that it stands on")
struct ChainTests {
  private func id(_ number: UInt8) throws -> ChunkID {
    try #require(ChunkID([UInt8](repeating: number, count: 32)))
  }

  private func full(_ number: UInt8) throws -> Instance {
    try Self.instance(id(number), version: 0, base: nil)
  }

  private func delta(_ number: UInt8, _ version: UInt8, on base: UInt8) throws -> Instance {
    try Self.instance(id(number), version: version, base: id(base))
  }

  private static func instance(_ id: ChunkID, version: UInt8, base: ChunkID?) -> Instance {
    Instance(
      id: id,
      base: base,
      generation: 1,
      storedLength: 10,
      rawLength: 100,
      kind: .data,
      codec: version == 0 ? .zstd : .zstdWithBase,
      version: version
    )
  }

  /// A table over packs of one instance each; the pack of number n has the id 200 + n.
  private func table(_ instances: [Instance]) throws -> InstanceTable {
    var table = InstanceTable()
    for (number, instance) in instances.enumerated() {
      let pack = try id(200 + UInt8(number))
      table.add(PackEntry(id: pack, size: 1000, instances: [(instance, 8)]))
    }
    return table
  }

  private func losing(_ number: UInt8, _ table: InstanceTable) throws -> InstanceTable {
    var table = table
    let lost = try id(200 + number)
    let left = table.packs.filter { $0.id != lost }.map { (Pack.name($0.id), $0.size) }
    table.disregardPacks(notIn: Dictionary(uniqueKeysWithValues: left))
    return table
  }

  @Test("A chain with every base is whole, and names them in order")
  func whole() throws {
    let table = try table([full(1), delta(2, 2, on: 1), delta(3, 3, on: 2)])
    #expect(try table.contains(id(3)))
    let chain = try #require(try table.chain(of: id(3)))
    #expect(try chain.map(\.instance.id) == [id(3), id(2), id(1)])
  }

  @Test("A chain whose base is in a lost pack is none", arguments: [UInt8(0), 1])
  func lostBase(number: UInt8) throws {
    let table = try losing(number, table([full(1), delta(2, 2, on: 1), delta(3, 3, on: 2)]))
    #expect(try !table.contains(id(3)) && table.chain(of: id(3)) == nil)
  }

  @Test("A chain whose base is damaged is none, and another instance of the base mends it")
  func damagedBase() throws {
    var table = try table([full(1), delta(2, 2, on: 1), delta(3, 3, on: 2), full(4)])
    let base = try #require(table.locations(of: id(2)).first)
    table.disregard(base.offset, inPack: table.packs[Int(base.pack)].id)
    #expect(try !table.contains(id(3)) && !table.contains(id(2)))
    #expect(try table.contains(id(1)) && table.contains(id(4)))
    table.add(PackEntry(id: try id(250), size: 1000, instances: [(try full(2), 8)]))
    #expect(try table.contains(id(3)))
  }

  @Test("A stands on B and B on A: neither is there, and the search ends")
  func circle() throws {
    let circle = try table([delta(1, 1, on: 2), delta(2, 1, on: 1)])
    #expect(try !circle.contains(id(1)) && !circle.contains(id(2)))
    let opened = try table([delta(1, 1, on: 2), delta(2, 1, on: 1), full(2)])
    #expect(try opened.contains(id(1)) && opened.contains(id(2)))
    #expect(try opened.chain(of: id(1))?.map(\.instance.depth) == [1, 0])
  }

  @Test("A base resolves only to an instance of smaller depth")
  func depth() throws {
    let level = try table([delta(3, 2, on: 2), delta(2, 1, on: 1), full(1)])
    #expect(try !level.contains(id(3)), "version 2 stands on a full instance, not on version 1")
    #expect(try level.contains(id(2)))
  }

  @Test("The shallowest of several chains is taken")
  func shallowest() throws {
    let table = try table([full(1), delta(2, 1, on: 1), delta(3, 3, on: 2), full(3)])
    #expect(try table.chain(of: id(3))?.count == 1)
    let without = try losing(3, table)
    #expect(try without.chain(of: id(3))?.count == 3)
  }

  /// Chunk 3 has two ways: the shallow one lacks chunk 2, the deep one stands on chunk 1.
  ///
  /// Chunk 4 can stand on the shallow one only.
  private func brokenWay() throws -> InstanceTable {
    try table([full(1), delta(3, 1, on: 2), delta(3, 3, on: 1), delta(4, 3, on: 3)])
  }

  @Test("A search takes no instance for whole because a chunk that has another way was found")
  func searchAfterBrokenWay() throws {
    let search = ChainSearch(try brokenWay())
    var missing: [ChunkID] = []
    for number in [UInt8(3), 4, 4] {
      try search.add(id(number), found: { _ in }, missing: { missing.append($0) })
      try search.finish(found: { _ in }, missing: { missing.append($0) })
    }
    #expect(try missing == [id(4), id(4)])
  }

  @Test("A search gives every instance of a chain once, and of a later one what is new")
  func searchGivesNews() throws {
    let search = ChainSearch(
      try table([full(1), delta(2, 2, on: 1), delta(3, 3, on: 2), delta(4, 6, on: 2)])
    )
    var found: [ChunkID] = []
    for number in [UInt8(3), 4] {
      try search.add(id(number), found: { _ in }, missing: { _ in Issue.record("it is there") })
      try search.finish(
        found: { found.append($0.instance.id) },
        missing: { _ in Issue.record("it is there") }
      )
    }
    #expect(try found == [id(3), id(2), id(1), id(4), id(2)])
  }

  @Test("A check takes no instance for whole because a chunk that has another way was found")
  func storedAfterBrokenWay() throws {
    let repository = try Repository.create(in: MemoryStore(), encryption: .none)
    let chunks = try StoredChunks(repository, brokenWay())
    for _ in 0..<2 {
      #expect(try chunks.contains(id(3)) && chunks.contains(id(1)))
      #expect(try !chunks.contains(id(4)) && !chunks.contains(id(2)))
    }
  }
}
