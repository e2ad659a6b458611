import Foundation
import ObjectStore
import Problems
import Testing

@testable import Repository

@Suite("Collection removes what no snapshot needs, and nothing else")
struct CollectTests {
  private let harbour: Harbour

  init() throws { harbour = try Harbour() }

  @Test("A pack that nothing needs is marked, and deleted by a run after the grace period")
  func twoPhases() throws {
    let first = try harbour.take([1, 2])
    try harbour.take([3])
    let before = try harbour.packs()
    try harbour.repository.forget([first.name])
    let marking = try harbour.collect()
    #expect(marking.marked.packs == 1 && marking.deleted.packs == 0)
    harbour.pass(hours: 23.9)
    let early = try harbour.collect()
    #expect(early.deleted.packs == 0 && early.waiting.packs == 1 && early.marked.packs == 0)
    #expect(try harbour.packs() == before)
    harbour.pass(hours: 0.2)
    #expect(try harbour.collect().deleted.packs == 1)
    #expect(try harbour.packs().count == 1)
    #expect(try harbour.isWhole())
  }

  @Test("Afterwards nothing is left of it: neither index entries nor marks nor leases")
  func nothingLeft() throws {
    let first = try harbour.take([1, 2])
    try harbour.repository.forget([first.name])
    for _ in 0..<4 {
      try harbour.collect()
      harbour.pass(hours: 25)
    }
    let left = Set(harbour.store.contents.keys.map { $0.text.prefix { $0 != "/" } })
    #expect(left == ["format", "keys"])
  }

  @Test("A dry run tells the same and changes nothing")
  func dryRun() throws {
    let first = try harbour.take([1, 2])
    try harbour.repository.forget([first.name])
    let before = harbour.store.contents
    let dry = try harbour.collect { $0.isDryRun = true }
    #expect(dry.marked.packs == 1)
    #expect(harbour.store.contents == before)
    #expect(try harbour.collect().marked == dry.marked)
  }

  @Test("What a killed writer left is collected once its lease ran out")
  func orphans() throws {
    let writer = try harbour.repository.beginSnapshot(parent: nil)
    _ = try writer.makeEncoder().write(Sample.bytes(3000, seed: 1).span)
    try writer.flush()
    #expect(try harbour.collect().marked.packs == 0)
    harbour.pass(hours: 2)
    let report = try harbour.collect()
    #expect(report.marked.packs == 1 && report.expiredLeases == 1)
    try harbour.store.list("index").forEach { try harbour.store.delete($0.name) }
    harbour.pass(hours: 25)
    #expect(try harbour.collect().deleted.packs == 1)
    #expect(try harbour.packs().isEmpty && harbour.store.list("leases").isEmpty)
  }

  @Test("Live chunks are copied out of a pack that is mostly dead, within the budget")
  func repack() throws {
    let first = try harbour.take(Array(1...10))
    let second = try harbour.take([1])
    try harbour.repository.forget([first.name])
    let none = try harbour.collect { $0.maxRepack = 100 }
    #expect(none.partlyDead.packs == 1 && none.marked.packs == 0)
    let report = try harbour.collect()
    #expect(report.repacked.packs == 1 && report.marked.packs == 1)
    harbour.pass(hours: 25)
    #expect(try harbour.collect().deleted.packs == 1)
    #expect(try harbour.packs().count == 1)
    #expect(try harbour.isWhole())
    #expect(try harbour.repository.makeReader().read(second.ids[0]) == Sample.bytes(3000, seed: 1))
  }

  @Test("A pack with little dead in it stays as it is")
  func mostlyLive() throws {
    let first = try harbour.take(Array(1...10))
    try harbour.take(Array(1...9))
    try harbour.repository.forget([first.name])
    let report = try harbour.collect()
    #expect(report.repacked.packs == 0 && report.marked.packs == 0)
  }

  @Test("A damaged pack is not written anew, for its damage would look like health")
  func damagedPack() throws {
    let first = try harbour.take(Array(1...10))
    try harbour.take([1])
    try harbour.repository.forget([first.name])
    let pack = try #require(try harbour.packs().first)
    // In a dead chunk: only the whole pack's hash shows it.
    harbour.store.damage(pack) { $0?[3000] ^= 1 }
    let report = try harbour.collect()
    #expect(report.damaged.count == 1 && report.damaged.first?.summary.contains(pack.text) == true)
    #expect(report.repacked.packs == 0 && report.marked.packs == 0)
  }

  @Test("What delta instances stand on is as live as they are")
  func bases() throws {
    var place = Place(harbour.repository)
    let rows = Sample.rows(0..<400).flatMap { $0 }
    try place.take(rows, delta: .always)
    let first = try #require(place.parent)
    try place.take(rows + Sample.row(1000, version: 1), delta: .always)
    #expect(try place.latest()?.depth == 1)
    try harbour.repository.forget([first])
    #expect(try harbour.collect().marked.packs == 0)
    #expect(try harbour.collect(omitting: [.basesAreLive]).marked.packs == 1)
  }

  @Test("A dead delta that stays in a live pack although its base has gone is no damage")
  func leftover() throws {
    var place = Place(harbour.repository)
    let rows = Sample.rows(0..<400).flatMap { $0 }
    try place.take(rows, delta: .always)
    let writer = try harbour.repository.beginSnapshot(parent: place.parent, delta: .always)
    let encoder = try writer.makeEncoder()
    let delta = try encoder.write((rows + [1]).span, after: place.ids[0])
    let full = try encoder.write(Sample.bytes(30_000, seed: 5).span)
    #expect(delta.isDelta && !full.isDelta)
    _ = try writer.commit(manifest: full.id.bytes, at: Sample.time, closure: [full.id])
    try harbour.repository.forget([try #require(place.parent)])
    for _ in 0..<2 {
      harbour.pass(hours: 25)
      try harbour.collect()
    }
    #expect(try harbour.packs().count == 1)
    #expect(try harbour.isWhole())
  }

  @Test("Marks are taken back by undo, until another run says the same again")
  func undo() throws {
    let first = try harbour.take([1, 2])
    try harbour.repository.forget([first.name])
    try harbour.collect()
    #expect(try harbour.repository.undoMarks() == 1)
    #expect(try harbour.repository.undoMarks() == 0)
    harbour.pass(hours: 25)
    let again = try harbour.collect()
    #expect(again.deleted.packs == 0 && again.waiting.packs == 1)
    #expect(try harbour.packs().count == 1)
    #expect(try harbour.store.list("marks").count == 1 && harbour.store.list("unmarks").isEmpty)
    harbour.pass(hours: 25)
    #expect(try harbour.collect().deleted.packs == 1)
  }
}
