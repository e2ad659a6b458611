import Foundation
import ObjectStore
import Problems
import Synchronization
import Testing

@testable import Repository

@Suite("Collection refuses where not all that decides can be read")
struct CollectRefusalTests {
  private let harbour: Harbour

  init() throws { harbour = try Harbour() }

  /// Collects and expects a refusal that changes nothing but its own lease; returns the reason.
  private func refusal(through other: Repository? = nil) throws -> String {
    let before = harbour.store.contents
    let problem = #expect(throws: Problem.self) { try harbour.collect(through: other) }
    #expect(problem?.code == "collect.refused")
    #expect(harbour.store.contents == before)
    return problem?.reason ?? ""
  }

  @Test("A snapshot whose manifest is damaged", arguments: [0, 60])
  func snapshot(place: Int) throws {
    let first = try harbour.take([1])
    harbour.store.damage(first.name.object) { $0?[place] ^= 1 }
    #expect(try refusal().hasPrefix("the snapshot \(first.name) cannot be read"))
  }

  @Test("An index object that is damaged")
  func index() throws {
    try harbour.take([1])
    let index = try #require(try harbour.store.list("index").first).name
    harbour.store.damage(index) { $0?[60] ^= 1 }
    #expect(try refusal().hasPrefix("an index object cannot be read"))
  }

  @Test("A snapshot that is not whole")
  func missing() throws {
    let first = try harbour.take([1])
    try harbour.store.delete(try #require(try harbour.packs().first))
    #expect(try refusal() == "the snapshot \(first.name) is not whole: a chunk is in no pack")
  }

  @Test("A snapshot of which only a base is missing")
  func missingBase() throws {
    var place = Place(harbour.repository)
    let rows = Sample.rows(0..<400).flatMap { $0 }
    try place.take(rows, delta: .always)
    let full = try harbour.packs()
    try place.take(rows + Sample.row(1000, version: 1), delta: .always)
    try harbour.repository.forget([try #require(try harbour.repository.snapshots().first)])
    try full.forEach { try harbour.store.delete($0) }
    #expect(try refusal().hasSuffix("is not whole: a chunk is in no pack"))
  }

  @Test("A mark that does not open")
  func mark() throws {
    let first = try harbour.take([1])
    try harbour.repository.forget([first.name])
    try harbour.collect()
    let mark = try #require(try harbour.store.list("marks").first).name
    harbour.store.damage(mark) { $0?[60] ^= 1 }
    let problem = #expect(throws: Problem.self) { try harbour.collect() }
    #expect(problem?.code == Damage.code)
    #expect(problem?.hint?.contains("delete it in the store") == true)
    // Nor can a writer know where its chunks are safe.
    #expect(throws: Problem.self) { try harbour.take([2]) }
    // As the hint says.
    harbour.store.damage(mark) { $0 = nil }
    try harbour.take([2])
    #expect(try harbour.collect().marked.packs == 1)
    #expect(try harbour.isWhole())
  }

  @Test("Clocks that differ by more than three minutes", arguments: [-181.0, 181])
  func clocks(difference: Double) throws {
    try harbour.take([1])
    let store = harbour.store
    let skewed = try Repository.open(
      store,
      passphrase: nil,
      clock: { Sample.time.addingTimeInterval(difference) }
    )
    #expect(try refusal(through: skewed).hasPrefix("the store's clock and this machine's differ"))
    let close = try Repository.open(
      store,
      passphrase: nil,
      clock: { Sample.time.addingTimeInterval(difference / 181 * 179) }
    )
    try harbour.collect(through: close)
  }

  @Test("A running backup whose parent was forgotten: only its end says what it relied on")
  func leasedParent() throws {
    let parent = try harbour.take([1])
    let writer = try harbour.repository.beginSnapshot(parent: parent.name)
    try harbour.store.delete(parent.name.object)
    #expect(try refusal().contains("which was forgotten meanwhile"))
    #expect(try harbour.collect(omitting: [.leasedParents, .youngPacks]).marked.packs == 1)
    try writer.abandon()
  }

  @Test("A listing that lacks a snapshot is found out by the second one")
  func partialListing() throws {
    let first = try harbour.take([1])
    func flawed() throws -> Repository {
      try harbour.repository(through: PartialStore(harbour.store, hiding: first.name.object))
    }
    #expect(try harbour.collect(through: flawed()).marked.packs == 0)
    #expect(try harbour.collect(omitting: [.listedTwice], through: flawed()).marked.packs == 1)
  }
}

/// A store whose first listing of snapshots lacks one.
private final class PartialStore: ObjectStore {
  private let base: MemoryStore
  private let hidden: ObjectName
  private let listings = Mutex(0)

  init(_ base: MemoryStore, hiding hidden: ObjectName) {
    self.base = base
    self.hidden = hidden
  }

  var location: String { base.location }
  func put(_ name: ObjectName, _ bytes: [UInt8]) throws { try base.put(name, bytes) }
  func get(_ name: ObjectName) throws -> [UInt8] { try base.get(name) }
  func get(_ name: ObjectName, range: Range<Int>) throws -> [UInt8] {
    try base.get(name, range: range)
  }
  func isNear(_ name: ObjectName, range: Range<Int>) -> Bool { true }
  func size(of name: ObjectName) throws -> Int { try base.size(of: name) }
  func delete(_ name: ObjectName) throws { try base.delete(name) }

  func list(_ directory: String) throws -> [ObjectInfo] {
    let listed = try base.list(directory)
    guard directory == "snapshots" else { return listed }
    let number = listings.withLock { count in
      count += 1
      return count
    }
    return number == 1 ? listed.filter { $0.name != hidden } : listed
  }
}
