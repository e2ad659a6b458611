import Bytes
import Cryptography
import Foundation
import ObjectStore
import Problems
import Testing

@testable import Repository

@Suite("Damage is noticed and names the object")
struct DamageTests {
  /// Reads all that a restore would read; throws what a person would see.
  private func readEverything(_ store: any ObjectStore) throws {
    let repository = try Repository.open(store, passphrase: nil)
    for snapshot in try repository.snapshots() {
      let manifest = try repository.manifest(of: snapshot)
      let reader = try repository.makeReader()
      for id in Sample.closure(snapshot, manifest) { _ = try reader.read(id) }
    }
    for id in try repository.records(kind: .proof) {
      _ = try repository.record(kind: .proof, id: id)
    }
  }

  private func wholeStore() throws -> MemoryStore {
    let store = try Sample.repository().store
    let repository = try Repository.open(store, passphrase: nil)
    try repository.putRecord(kind: .proof, id: "proof", Array("content".utf8))
    return store
  }

  private static let directories = ["format", "keys", "packs", "index", "snapshots", "proofs"]

  @Test("A flipped bit is noticed wherever it is", arguments: directories)
  func flippedBit(directory: String) throws {
    let whole = try wholeStore()
    let name = try #require(whole.contents.keys.first { $0.text.hasPrefix(directory) })
    let count = try whole.size(of: name)
    let step = max(1, count / 97)
    for position in stride(from: 0, to: count, by: step) {
      let store = MemoryStore(whole.contents)
      store.damage(name) { $0?[position] ^= 4 }
      if Self.isHarmless(store, whole, name) { continue }
      // The pack's directory and end are read by a check and a rebuild only.
      let findings = try? Repository.checkPackNames(in: store)
      if directory == "packs" { #expect(findings?.map(\.object) == [name.text]) }
      if directory == "packs" && position >= Self.chunksEnd(whole) || position < 8 { continue }
      let problem = #expect(throws: Problem.self) { try readEverything(store) }
      Self.expectNamed(problem, name)
    }
  }

  /// White space in plain JSON may change without a change of meaning.
  private static func isHarmless(
    _ store: MemoryStore,
    _ whole: MemoryStore,
    _ name: ObjectName
  ) -> Bool {
    guard name.text.hasPrefix("keys"),
      case .current(let before) = slot(in: whole, name),
      case .current(let after) = slot(in: store, name)
    else { return false }
    return after == before
  }

  private static func slot(in store: MemoryStore, _ name: ObjectName) -> StoredSlot? {
    guard let bytes = store.contents[name] else { return nil }
    return try? StoredSlot(decoding: bytes, name: name)
  }

  private static func chunksEnd(_ store: MemoryStore) -> Int {
    guard let pack = store.contents.keys.first(where: { $0.text.hasPrefix("packs") }),
      let repository = try? Repository.open(store, passphrase: nil),
      let entry = try? Pack.readDirectory(
        of: pack,
        in: store,
        keys: repository.keys,
        binding: repository.binding
      ),
      let last = entry.instances.last
    else { return 0 }
    return Int(last.offset) + last.instance.length
  }

  private static func expectNamed(_ problem: Problem?, _ name: ObjectName) {
    let codes = [
      "repository.damaged", "repository.not-a-repository", "repository.needs-newer-reader",
      "repository.no-key-slot",
    ]
    #expect(codes.contains(problem?.code ?? ""), "\(String(describing: problem))")
    // A `format` with another id shows itself in slots that name the one that it had.
    if !name.text.hasPrefix("format") && problem?.code == "repository.damaged" {
      #expect(problem?.facts.contains(.init("object", name.text)) == true)
    }
  }

  @Test("A truncated object names itself", arguments: directories)
  func truncated(directory: String) throws {
    let whole = try wholeStore()
    let name = try #require(whole.contents.keys.first { $0.text.hasPrefix(directory) })
    let count = try whole.size(of: name)
    for length in [0, 1, 7, 20, count / 3, count / 2, count - 20, count - 2] where length >= 0 {
      let store = MemoryStore(whole.contents)
      store.damage(name) { $0 = Array($0?.prefix(length) ?? []) }
      if directory == "packs" {
        let repository = try Repository.open(store, passphrase: nil)
        let report = try repository.check(closure: Sample.closure)
        #expect(report.findings.first?.object == name.text)
        #expect(report.findings.contains { $0.harm == .incompleteSnapshot })
        if length >= Self.chunksEnd(whole) { continue }
      }
      let problem = #expect(throws: Problem.self) { try readEverything(store) }
      Self.expectNamed(problem, name)
    }
  }

  @Test("An object under another object's name does not open")
  func swappedManifests() throws {
    let store = MemoryStore()
    let repository = try Repository.create(in: store, encryption: .none)
    let (first, _) = try Sample.addSnapshot(to: repository, chunks: 1, seed: 1)
    let (second, _) = try Sample.addSnapshot(to: repository, chunks: 1, seed: 2)
    let bytes = try store.get(first.object)
    store.damage(second.object) { $0 = bytes }
    let problem = #expect(throws: Problem.self) { try repository.manifest(of: second) }
    #expect(problem?.code == "repository.damaged")
  }

  @Test("Hostile lengths are refused before memory is taken")
  func hostileLengths() throws {
    let whole = try wholeStore()
    let pack = try #require(whole.contents.keys.first { $0.text.hasPrefix("packs") })
    let repository = try Repository.open(whole, passphrase: nil)
    whole.damage(pack) { bytes in
      let end = bytes?.count ?? 0
      bytes?.replaceSubrange(end - 16..<end - 12, with: [0xFF, 0xFF, 0xFF, 0xFF])
    }
    let problem = #expect(throws: Problem.self) {
      try Pack.readDirectory(
        of: pack,
        in: whole,
        keys: repository.keys,
        binding: repository.binding
      )
    }
    #expect(problem?.reason == "its directory cannot be so long")

    var reader = ByteReader([0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3])
    #expect(throws: Malformed.self) { try Pack.readEntries(&reader) }

    let scrypt = ScryptParameters(
      n: 1 << 30,
      r: 8,
      p: 1,
      salt: String(repeating: "00", count: 32)
    )
    #expect(throws: Malformed.self) { try scrypt.root(of: Secret(text: "x")) }
  }

  @Test("A lost index is made again from the packs")
  func rebuild() throws {
    let (store, snapshot, ids) = try Sample.repository()
    let index = try #require(store.contents.keys.first { $0.text.hasPrefix("index") })
    store.damage(index) { $0 = nil }
    let blind = try Repository.open(store, passphrase: nil)
    let missing = #expect(throws: Problem.self) { try blind.makeReader().read(ids[0]) }
    #expect(missing?.code == "repository.missing-chunk")
    #expect(try blind.rebuildIndex() == RebuiltIndex(packs: 1, damaged: []))
    #expect(try blind.rebuildIndex() == RebuiltIndex(packs: 0, damaged: []))
    let again = try Repository.open(store, passphrase: nil)
    #expect(try again.makeReader().read(ids[0]) == Sample.bytes(3000, seed: 100))
    let report = try again.check(reading: .all, closure: Sample.closure)
    #expect(report.isSound && report.snapshots == 1 && report.packsRead == 1)
    #expect(try again.snapshots() == [snapshot])
  }

  @Test(
    "A damaged index hides nothing once it is made again, and a damaged pack does not stop that"
  )
  func damagedIndex() throws {
    let (store, _, ids) = try Sample.repository()
    let index = try #require(store.contents.keys.first { $0.text.hasPrefix("index") })
    store.damage(index) { $0?[60] ^= 1 }
    try store.put(Pack.name(ids[0]), [UInt8](repeating: 0, count: 100))
    let repository = try Repository.open(store, passphrase: nil)
    let problem = #expect(throws: Problem.self) { try repository.makeReader().read(ids[0]) }
    #expect(problem?.facts.contains(.init("object", index.text)) == true)
    #expect(problem?.hint?.contains("check --repair") == true)
    let rebuilt = try repository.rebuildIndex()
    #expect(rebuilt.packs == 1 && rebuilt.damaged.count == 1)
    #expect(try repository.makeReader().read(ids[0]) == Sample.bytes(3000, seed: 100))
  }

  @Test("A backup after a pack was lost stores its chunks again")
  func lostPack() throws {
    let (store, first, ids) = try Sample.repository()
    let pack = try #require(store.contents.keys.first { $0.text.hasPrefix("packs") })
    store.damage(pack) { $0 = nil }
    let repository = try Repository.open(store, passphrase: nil)
    try Sample.addSnapshot(to: repository, chunks: 5, seed: 100)
    let again = try Repository.open(store, passphrase: nil)
    for id in ids { _ = try again.makeReader().read(id) }
    let report = try again.check(closure: Sample.closure)
    #expect(report.findings.map(\.object) == [pack.text], "only the lost pack is left to report")
    #expect(try again.snapshots().contains(first))
  }

  @Test("A check reports all damage, not only the first")
  func everyFinding() throws {
    let store = MemoryStore()
    let repository = try Repository.create(in: store, encryption: .none)
    let (first, _) = try Sample.addSnapshot(to: repository, chunks: 3, seed: 1)
    let (second, _) = try Sample.addSnapshot(to: repository, chunks: 3, seed: 50)
    let (third, _) = try Sample.addSnapshot(to: repository, chunks: 3, seed: 90)
    let packs = store.contents.keys.filter { $0.text.hasPrefix("packs") }.sorted()
    store.damage(packs[0]) { $0?[200] ^= 1 }
    store.damage(packs[1]) { $0 = nil }
    let report = try Repository.open(store, passphrase: nil)
      .check(reading: .all, closure: Sample.closure)
    let incomplete = report.findings.filter { $0.harm == .incompleteSnapshot }.map(\.object)
    let all = [first, second, third].map(\.object.text)
    #expect(incomplete.count == 2 && incomplete.allSatisfy(all.contains))
    let damaged = report.findings.filter { $0.harm == .damagedObject }
    #expect(damaged.contains { $0.object == packs[0].text && $0.offset == 8 })
    #expect(damaged.contains { $0.object == packs[1].text && $0.reason == "it is missing" })
  }

  @Test("A new version or a new feature asks for a newer reader", arguments: [false, true])
  func newerFormat(isFeature: Bool) throws {
    let (store, _, _) = try Sample.repository()
    store.damage(RepositoryFormat.name) { bytes in
      let text = String(decoding: bytes ?? [], as: UTF8.self)
      let change = isFeature ? ("\"delta\"", "\"new\"") : ("\"version\" : 1", "\"version\" : 2")
      bytes = Array(text.replacing(change.0, with: change.1).utf8)
    }
    let newer = #expect(throws: Problem.self) { try Repository.open(store, passphrase: nil) }
    #expect(newer?.code == "repository.needs-newer-reader")
    #expect(newer?.reason == (isFeature ? "it needs: new" : "it needs: version 2"))
  }
}
