import Files
import Foundation
import ObjectStore
import Problems
import Testing

@testable import Repository

@Suite("What a file says of instances is what memory would say")
struct IndexCacheTests {
  private var sample: IndexSample
  private var ids: [ChunkID] = []

  /// 14 index objects over 28 packs: chunks with one instance, with two, and one with 150, which
  /// takes more than three pages; one pack is in two objects.
  init() throws {
    var sample = try IndexSample()
    var twice: [PackEntry] = []
    var added: [PackEntry] = []
    for _ in 0..<12 {
      twice = try sample.addObject(chunks: 20) + twice.prefix(1)
      added += twice.prefix(2)
    }
    ids = added.flatMap { $0.instances.map(\.instance.id) }
    let many = sample.id()
    let again = sample.pack(of: Array(repeating: many, count: 150) + ids.prefix(40))
    try sample.add([again])
    try sample.add([sample.pack(of: Array(ids[40..<80])), twice[0]])
    ids.append(many)
    self.sample = sample
  }

  /// Whether a table says of every chunk, or of some, what a table in memory says.
  private func expectSame(
    _ table: InstanceTable,
    as other: InstanceTable? = nil,
    every step: Int = 1,
    _ sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let expected = try other ?? sample.index(cached: false).table()
    #expect(table.count == expected.count, sourceLocation: sourceLocation)
    for id in stride(from: ids.count - 1, through: 0, by: -step).map({ ids[$0] }) {
      let places = try IndexSample.places(of: id, in: table)
      let wanted = try IndexSample.places(of: id, in: expected)
      try #require(places == wanted && !places.isEmpty, sourceLocation: sourceLocation)
      try #require(
        try table.contains(id) == expected.contains(id),
        sourceLocation: sourceLocation
      )
    }
  }

  @Test("Every instance of every chunk is found, and nothing else")
  func same() throws {
    let table = try sample.index().table()
    #expect(table.merged != nil && table.countInMemory == 0)
    try expectSame(table)
    var sample = sample
    for _ in 0..<500 { #expect(try table.locations(of: sample.id()).isEmpty) }
    #expect(
      try Directory.entries(of: "\(sample.directory.path)/cache").map(\.name) == ["instances"]
    )
  }

  @Test("Every instance has a position of its own, whether it is in the file or in memory")
  func positions() throws {
    var sample = sample
    let index = sample.index()
    _ = try index.table()
    try sample.addObject()
    let table = try index.refreshed()
    #expect(table.countInMemory == 100 && table.merged != nil)
    var positions: [Int] = []
    try table.visitAll { location in
      positions.append(location.position)
      let same = try table.locations(of: location.instance.id).filter {
        $0.pack == location.pack && $0.offset == location.offset
      }
      #expect(same.map(\.position) == [location.position])
    }
    #expect(positions == Array(0..<table.count))
  }

  @Test("A process that starts later reads no index object that the file holds")
  func later() throws {
    _ = try sample.index().table()
    let faulty = FaultyStore(sample.store) { operation in
      operation.target.hasPrefix("index/") ? .failBefore : .none
    }
    try expectSame(try sample.index(store: faulty).table())
  }

  @Test("What comes later is in memory at first, and in the file when it is much")
  func growth() throws {
    var sample = sample
    let index = sample.index()
    _ = try index.table()
    try sample.addObject()
    let grown = try index.refreshed()
    #expect(grown.countInMemory == 100 && grown.merged != nil)
    try expectSame(grown)
    try sample.addObject()
    let merged = try index.refreshed()
    #expect(merged.countInMemory == 0)
    try expectSame(merged)
    try expectSame(grown.count == merged.count ? grown : merged)
    try expectSame(try sample.index().table())
  }

  @Test("A lost pack's instances do not count, in the file as in memory")
  func lostPacks() throws {
    var table = try sample.index().table()
    let lost = table.packs[3].id
    let left = table.packs.filter { $0.id != lost }.map { (Pack.name($0.id), $0.size) }
    table.disregardPacks(notIn: Dictionary(uniqueKeysWithValues: left))
    for id in ids {
      let packs = try table.locations(of: id).map { table.packs[Int($0.pack)].id }
      #expect(!packs.contains(lost))
    }
    let location = try #require(try table.locations(of: ids[300]).first)
    table.disregard(location.offset, inPack: table.packs[Int(location.pack)].id)
    #expect(try table.locations(of: ids[300]).isEmpty)
  }

  @Test("A damaged byte anywhere is noticed before or after the file is opened, and mended")
  func damage() throws {
    _ = try sample.index().table()
    let whole = try ReadableFile.contents(of: sample.cachePath)
    let expected = try sample.index(cached: false).table()
    // An odd step that meets pages, tags, every part of the directory, its code and its length.
    let directory = CachePage.length * CachePage.count(forEntries: expected.count)
    let pages = stride(from: 0, to: directory, by: 13_331)
    for offset in Array(pages) + stride(from: directory, to: whole.count, by: 307) {
      var bytes = whole
      bytes[offset] ^= 1
      try AtomicFile.write(bytes, to: sample.cachePath)
      try expectSame(try sample.index().table(), as: expected, every: 9)
    }
    // Now everything, while the file is open.
    let index = sample.index()
    let table = try index.table()
    try overwrite(sample.cachePath, with: [UInt8](repeating: 7, count: whole.count))
    try expectSame(table, as: expected)
  }

  @Test("A file that breaks in use and cannot be made again is an error, never an answer")
  func beyondRepair() throws {
    let table = try sample.index().table()
    let size = try ReadableFile.contents(of: sample.cachePath).count
    try overwrite(sample.cachePath, with: [UInt8](repeating: 7, count: size))
    let object = try #require(try sample.store.list("index").first).name
    try sample.store.delete(object)
    let problem = #expect(throws: Problem.self) { try table.contains(ids[0]) }
    #expect(problem?.code == "repository.damaged")
  }

  @Test("A file that is cut, empty, of another repository or put together anew is not believed")
  func foreign() throws {
    _ = try sample.index().table()
    let whole = try ReadableFile.contents(of: sample.cachePath)
    let page = CachePage.length
    var swapped = whole
    swapped.replaceSubrange(0..<page, with: whole[page..<2 * page])
    swapped.replaceSubrange(page..<2 * page, with: whole[..<page])
    try AtomicFile.write([], to: sample.cachePath)
    _ = try sample.index().table()
    let later = try ReadableFile.contents(of: sample.cachePath)
    #expect(later != whole, "two files over the same instances have their own random numbers")
    var mixed = later
    mixed.replaceSubrange(0..<page, with: whole[..<page])
    let other = try IndexCacheTests()
    _ = try other.sample.index().table()
    let foreign = try ReadableFile.contents(of: other.sample.cachePath)
    let cut = [1, 8, page, whole.count - page].map { Array(whole.dropLast($0)) }
    for bytes in [swapped, mixed, foreign, []] + cut {
      try AtomicFile.write(bytes, to: sample.cachePath)
      try expectSame(try sample.index().table())
    }
  }

  @Test("What leaves the store is forgotten, also what the file holds of it")
  func removal() throws {
    var sample = sample
    let added = try sample.addObject()
    let index = sample.index()
    let id = added[0].instances[0].instance.id
    #expect(try index.table().contains(id))
    let named = try sample.store.list("index").map(\.name).filter { name in
      try InstanceIndex.read(name, sample.store, sample.sealed).contains { $0.id == added[0].id }
    }
    for name in named { try sample.store.delete(name) }
    #expect(try !index.refreshed().contains(id))
    #expect(try !sample.index().table().contains(id))
  }

  @Test("Without a directory that can be written, everything is in memory")
  func unwritable() throws {
    try AtomicFile.write([1], to: "\(sample.directory.path)/cache")
    let table = try sample.index().table()
    #expect(table.merged == nil && table.countInMemory == table.count)
    try expectSame(table)
  }

  @Test("A small repository makes no file")
  func small() throws {
    var sample = try IndexSample(seed: 2)
    try sample.addObject(packs: 1, chunks: IndexSample.threshold - 1)
    #expect(try sample.index().table().merged == nil)
    #expect(!Directory.exists("\(sample.directory.path)/cache"))
  }

  @Test("Several processes make and read the file at once")
  func atOnce() throws {
    let sample = sample
    let expected = try sample.index(cached: false).table()
    let ids = ids
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      #expect(throws: Never.self) {
        for _ in 0..<5 {
          let table = try sample.index().table()
          try AtomicFile.write([], to: sample.cachePath)
          for id in ids.prefix(50) {
            let places = try IndexSample.places(of: id, in: table)
            #expect(try places == IndexSample.places(of: id, in: expected))
          }
        }
      }
    }
  }

  /// Writes into a file as it is, where `AtomicFile` would put another in its place.
  private func overwrite(_ path: String, with bytes: [UInt8]) throws {
    let handle = try #require(FileHandle(forWritingAtPath: path))
    defer { handle.closeFile() }
    try handle.write(contentsOf: Data(bytes))
  }
}
