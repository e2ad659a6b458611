import ObjectStore
import Testing

@testable import Repository

@Suite("A repair brings back what it can, and only adds objects")
struct RepairTests {
  private func pack(_ store: MemoryStore) throws -> ObjectName {
    try #require(store.contents.keys.first { $0.text.hasPrefix("packs") })
  }

  /// Repairs, and expects that every object from before is still there as it was.
  private func repair(_ store: MemoryStore) throws -> RepairReport {
    let before = store.contents
    let report = try Repository.open(store, passphrase: nil).repair()
    let after = store.contents
    #expect(before.allSatisfy { after[$0.key] == $0.value })
    #expect((after.count > before.count) == report.didRepair)
    return report
  }

  private func readable(_ ids: [ChunkID], _ store: MemoryStore) throws -> Int {
    let chunks = try Repository.open(store, passphrase: nil).makeReader()
    return ids.filter { (try? chunks.read($0)) != nil }.count
  }

  @Test(
    "Chunks in front of the cut of a truncated pack are stored again",
    arguments: [false, true]
  )
  func cut(withIndex: Bool) throws {
    let (store, _, ids) = try Sample.repository()
    let name = try pack(store)
    store.damage(name) { $0 = $0.map { Array($0.prefix($0.count * 7 / 10)) } }
    if !withIndex {
      let index = try #require(store.contents.keys.first { $0.text.hasPrefix("index") })
      store.damage(index) { $0 = nil }
    }
    let report = try repair(store)
    #expect(report.salvagedChunks == 3 && report.salvagedPacks == [name.text])
    #expect(report.indexedPacks == 0 && report.damaged.count == (withIndex ? 0 : 1))
    #expect(try readable(ids, store) == 3)
    #expect(try repair(store).didRepair == false, "the second time there is nothing to do")
  }

  @Test("A damaged chunk is not stored again: only what opens is")
  func damaged() throws {
    let (store, _, ids) = try Sample.repository()
    let name = try pack(store)
    store.damage(name) {
      $0?[150] ^= 1
      $0?.removeLast(20)
    }
    let report = try repair(store)
    #expect(report.salvagedChunks == 4)
    #expect(try readable(ids, store) == 4)
    let check = try Repository.open(store, passphrase: nil)
      .check(reading: .all, closure: Sample.closure)
    #expect(check.findings.map(\.harm) == [.damagedObject, .incompleteSnapshot])
    #expect(check.findings[1].reason.hasPrefix("1 of its 5 chunks"))
  }

  @Test("Deltas come back with the chain that they stand on")
  func deltas() throws {
    let store = MemoryStore()
    let repository = try Repository.create(in: store, encryption: .none)
    var place = Place(repository)
    for version in 0..<3 {
      let rows = Sample.rows(0..<40) + [Sample.row(900 + version, version: version)]
      try place.take(Array(rows.joined()))
    }
    for pack in store.contents.keys.filter({ $0.text.hasPrefix("packs") }) {
      store.damage(pack) { $0?.removeLast(8) }
    }
    #expect(try place.isWhole(in: store) == true, "readers take what the index names")
    #expect(try repair(store).salvagedChunks == 3)
    let check = try Repository.open(store, passphrase: nil)
      .check(reading: .all, closure: Sample.closure)
    #expect(!check.findings.contains { $0.harm == .incompleteSnapshot })
    #expect(check.findings.count == 3, "the cut packs are still named")
  }

  @Test("A repository that is whole is left as it is")
  func whole() throws {
    #expect(try repair(try Sample.repository().store) == RepairReport())
  }
}
