import Files
import ObjectStore
import Testing

@testable import Repository

@Suite("What a check found damaged inside of a pack is stored again")
struct KnownDamageTests {
  private let scratch: TemporaryDirectory
  private let store: MemoryStore
  private let snapshot: SnapshotName
  private let ids: [ChunkID]
  private let pack: ObjectName

  init() throws {
    scratch = try TemporaryDirectory(prefix: "drydock-known-damage")
    (store, snapshot, ids) = try Sample.repository()
    pack = try #require(store.contents.keys.first { $0.text.hasPrefix("packs") })
  }

  private func open(on machine: String = "a") throws -> Repository {
    try Repository.open(store, passphrase: nil, cacheDirectory: "\(scratch.path)/\(machine)")
  }

  private func losses(_ sample: PackSample? = .all) throws -> Int {
    try open().check(reading: sample, closure: Sample.closure).findings
      .count { $0.harm == .incompleteSnapshot }
  }

  private func recorded() throws -> Set<KnownDamage.Place> {
    try KnownDamage(directory: try #require(try open().localDirectory)).read()
  }

  @Test("A backup of the same content makes the earlier snapshot whole again")
  func healed() throws {
    store.damage(pack) { $0?[150] ^= 1 }
    #expect(try losses() == 1)
    #expect(try recorded().map(\.offset) == [8])
    try Sample.addSnapshot(to: try open(), chunks: 5, seed: 100)
    #expect(try losses() == 0)
    let reader = try open().makeReader()
    for (number, id) in ids.enumerated() {
      #expect(try reader.read(id) == Sample.bytes(3000, seed: 100 + UInt64(number)))
    }
    #expect(store.contents.keys.filter { $0.text.hasPrefix("packs") }.count == 2)
    #expect(store.contents[snapshot.object] != nil)
  }

  @Test("Without a check, and on another machine, a writer cannot know")
  func unknown() throws {
    store.damage(pack) { $0?[150] ^= 1 }
    try Sample.addSnapshot(to: try open(), chunks: 5, seed: 100)
    #expect(try losses() == 2)
    try Sample.addSnapshot(to: try open(on: "b"), chunks: 5, seed: 100)
    #expect(try losses() == 3)
  }

  @Test("A whole read forgets what is mended; a share adds to what is known")
  func record() throws {
    let whole = store.contents[pack]
    store.damage(pack) { $0?[150] ^= 1 }
    #expect(try losses(PackSample(percent: 50, day: 1)) == 1)
    #expect(try recorded().count == 1)
    store.damage(pack) { $0 = whole }
    #expect(try losses(PackSample(percent: 50, day: 2)) == 0)
    #expect(try recorded().count == 1)
    #expect(try losses() == 0)
    #expect(try recorded().isEmpty)
  }

  @Test("A record that cannot be understood is as none")
  func broken() throws {
    let directory = try #require(try open().localDirectory)
    try Directory.create(directory)
    let text = Array("nonsense\nab 12\n\(ids[0]) x\n".utf8)
    let path = "\(directory)/\(KnownDamage.name)"
    try AtomicFile.write(text, to: path, collision: .replace, durability: .fast)
    #expect(try recorded().isEmpty)
    try Sample.addSnapshot(to: try open(), chunks: 5, seed: 100)
    #expect(try losses() == 0)
  }
}
