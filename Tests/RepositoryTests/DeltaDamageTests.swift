import ObjectStore
import Problems
import Testing

@testable import Repository

@Suite("Damage of a base reaches what stands on it, and no further")
struct DeltaDamageTests {
  /// A store with versions 0 to 3 of a place, one pack each, and another place beside them.
  private func chain() throws -> (store: MemoryStore, place: Place, packs: [ObjectName]) {
    let store = MemoryStore()
    var place = Place(try Repository.create(in: store, encryption: .none))
    var packs: [ObjectName] = []
    for number in 0...3 {
      var rows = Sample.rows(0..<300)
      rows[number] = Sample.row(number, version: 9)
      try place.take(Array(rows.joined()))
      packs += try store.list("packs").map(\.name).filter { !packs.contains($0) }
    }
    return (store, place, packs)
  }

  /// Which of the place's contents a fresh reader still gives back.
  private func readable(_ place: Place, _ store: MemoryStore) throws -> [Int] {
    let reader = try Repository.open(store, passphrase: nil).makeReader()
    return place.ids.indices.filter { number in
      (try? reader.read(place.ids[number])) == place.contents[number]
    }
  }

  @Test("Versions that stand elsewhere stay readable", arguments: [[], [3], [2, 3], [1, 2, 3]])
  func reach(lost: [Int]) throws {
    let (store, place, packs) = try chain()
    // Versions 1 and 2 stand on 0, and 3 on 2.
    let expected = [[0, 1, 2, 3], [0, 1, 2], [0, 1], [0]]
    for number in lost { store.damage(packs[number]) { $0?[60] ^= 1 } }
    #expect(try readable(place, store) == expected[lost.count])
  }

  @Test("An error about a damaged base names the base's pack")
  func named() throws {
    let (store, place, packs) = try chain()
    store.damage(packs[0]) { $0?[150] ^= 1 }
    let reader = try Repository.open(store, passphrase: nil).makeReader()
    let problem = #expect(throws: Problem.self) { try reader.read(place.ids[3]) }
    #expect(problem?.code == "repository.damaged")
    #expect(problem?.facts.contains(.init("object", packs[0].text)) == true)
    #expect(try readable(place, store) == [])
  }

  @Test("A check names the damaged base once, and every snapshot that stands on it")
  func check() throws {
    let (store, place, packs) = try chain()
    store.damage(packs[2]) { $0?[150] ^= 1 }
    let repository = try Repository.open(store, passphrase: nil)
    let report = try repository.check(reading: .all, closure: Sample.closure)
    let damaged = report.findings.filter { $0.harm == .damagedObject && $0.offset != nil }
    #expect(damaged.map(\.object) == [packs[2].text] && damaged.map(\.offset) == [8])
    let incomplete = report.findings.filter { $0.harm == .incompleteSnapshot }
    #expect(incomplete.count == 2, "of versions 2 and 3")
    #expect(try readable(place, store) == [0, 1])
  }

  @Test("A check of a share of the packs finds a damaged base through what stands on it")
  func share() throws {
    let (store, _, packs) = try chain()
    store.damage(packs[0]) { $0?[150] ^= 1 }
    let repository = try Repository.open(store, passphrase: nil)
    // One pack of the four or more, whichever it is: all of them stand on the first.
    let report = try repository.check(
      reading: PackSample(percent: 1, day: 7),
      closure: Sample.closure
    )
    #expect((1...4).contains(report.packsRead))
    let damaged = report.findings.filter { $0.offset != nil }
    #expect(damaged.map(\.object) == [packs[0].text] && damaged.map(\.offset) == [8])
    #expect(report.findings.filter { $0.harm == .incompleteSnapshot }.count == 4)
  }

  @Test("A lost pack of bases is noticed without reading any data")
  func lostPack() throws {
    let (store, _, packs) = try chain()
    store.damage(packs[0]) { $0 = nil }
    let repository = try Repository.open(store, passphrase: nil)
    let report = try repository.check(closure: Sample.closure)
    #expect(report.findings.filter { $0.harm == .incompleteSnapshot }.count == 4)
    #expect(report.findings.first?.object == packs[0].text)
  }

  @Test("The next backup stores whole what stood on a lost base, says so, and mends the chain")
  func mended() throws {
    var (store, place, packs) = try chain()
    store.damage(packs[0]) { $0 = nil }
    let last = place.contents[3]
    let again = try place.take(last)
    #expect(again.written.isNew && !again.written.isDelta)
    #expect(again.notices == ["repository.base-unreadable"])
    let first = try place.take(place.contents[0])
    #expect(first.written.isNew && first.written.isDelta && first.notices.isEmpty)
    // Version 0 is there again, as a delta on version 3; versions 1 and 2 need it full.
    let repository = try Repository.open(store, passphrase: nil)
    let reader = try repository.makeReader()
    #expect(try reader.read(place.ids[3]) == last)
    #expect(try reader.read(place.ids[0]) == place.contents[0])
    #expect(throws: Problem.self) { try reader.read(place.ids[1]) }
  }

  @Test("A damaged base is no error for a writer: a full chunk and one notice")
  func damagedBase() throws {
    var (store, place, packs) = try chain()
    store.damage(packs[0]) { $0?[150] ^= 1 }
    var rows = Sample.rows(0..<300)
    rows[5] = Sample.row(5, version: 10)
    let taken = try place.take(Array(rows.joined()))
    #expect(!taken.written.isDelta && taken.notices == ["repository.base-unreadable"])
    #expect(try readable(place, store) == [4])
  }

  @Test("A chunk with another instance is read from that when a base is damaged")
  func otherInstance() throws {
    let (store, place, packs) = try chain()
    // Another host stores version 3 whole, while its own view of the first packs is lost.
    let view = MemoryStore(store.contents)
    for pack in packs { view.damage(pack) { $0 = nil } }
    var other = Place(try Repository.open(view, passphrase: nil))
    try other.take(place.contents[3])
    for (name, bytes) in view.contents where store.contents[name] == nil {
      try store.put(name, bytes)
    }
    for pack in packs { store.damage(pack) { $0?[150] ^= 1 } }
    #expect(try readable(place, store) == [3])
  }

  @Test("After A was stored on B and B on A, losing both full ones loses both, and ends")
  func circle() throws {
    let (store, place, packs) = try chain()
    // One host has lost version 0 and stores it again on version 3, which it holds full.
    let view = MemoryStore(store.contents)
    for pack in packs { view.damage(pack) { $0 = nil } }
    var other = Place(try Repository.open(view, passphrase: nil))
    try other.take(place.contents[3])
    let full = try #require(try view.list("packs").map(\.name).first)
    try other.take(place.contents[0])
    for (name, bytes) in view.contents where store.contents[name] == nil {
      try store.put(name, bytes)
    }
    #expect(try readable(place, store) == [0, 1, 2, 3])
    // Now 0 stands on 3 and 3 on 2 on 0: the full instance of either one opens both.
    let withoutFirst = MemoryStore(store.contents)
    withoutFirst.damage(packs[0]) { $0?[150] ^= 1 }
    #expect(try readable(place, withoutFirst) == [0, 3])
    let withoutOther = MemoryStore(store.contents)
    withoutOther.damage(full) { $0?[150] ^= 1 }
    #expect(try readable(place, withoutOther) == [0, 1, 2, 3])
    withoutFirst.damage(full) { $0?[150] ^= 1 }
    #expect(try readable(place, withoutFirst) == [])
  }

  @Test("An index made again from the packs knows the bases")
  func rebuilt() throws {
    let (store, place, _) = try chain()
    for object in try store.list("index") { store.damage(object.name) { $0 = nil } }
    let repository = try Repository.open(store, passphrase: nil)
    #expect(try repository.rebuildIndex().packs == 4)
    #expect(try place.isWhole(in: store))
    #expect(try repository.check(reading: .all, closure: Sample.closure).isSound)
  }

  @Test("A commit whose base pack has gone meanwhile is refused")
  func closure() throws {
    let (store, place, packs) = try chain()
    let writer = try place.repository.beginSnapshot(parent: place.parent)
    var rows = Sample.rows(0..<300)
    rows[5] = Sample.row(5, version: 10)
    let raw = Array(rows.joined())
    let written = try writer.makeEncoder().write(raw.span, after: place.ids[3])
    #expect(written.isDelta)
    // Version 4 stands on version 0.
    store.damage(packs[0]) { $0 = nil }
    let problem = #expect(throws: Problem.self) {
      try writer.commit(manifest: [], at: Sample.time, closure: [written.id])
    }
    #expect(problem?.code == "repository.incomplete-snapshot")
    #expect(try place.repository.snapshots().count == 4)
  }
}
