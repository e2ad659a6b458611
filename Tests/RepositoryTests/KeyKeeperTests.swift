import Cryptography
import Foundation
import ObjectStore
import Problems
import Testing

@testable import Repository

@Suite("Changes of keys")
struct KeyKeeperTests {
  private let passphrase = Credential.passphrase(Secret(text: "open sesame"))

  private func code(_ body: () throws -> Void) -> String? {
    #expect(throws: Problem.self) { try body() }?.code
  }

  /// An encrypted repository with one snapshot of the full key.
  private func prepared() throws -> (store: MemoryStore, snapshot: SnapshotName, ids: [ChunkID]) {
    let store = MemoryStore()
    let repository = try Repository.create(
      in: store,
      encryption: .passphrase(Secret(text: "open sesame"))
    )
    let (snapshot, ids) = try Sample.addSnapshot(to: repository, chunks: 2, seed: 1)
    return (store, snapshot, ids)
  }

  /// A host with a slot of role `write`.
  private func host(in store: any ObjectStore) throws -> Credential {
    let file = try KeyFile.generate(for: .host)
    let key = try #require(try file.publicKey())
    try KeyKeeper(store, passphrase).add(.host(key), role: .write, label: "db1")
    return .keyFile(file)
  }

  @Test("A second passphrase, a key file and a host with a full slot open everything")
  func add() throws {
    let (store, snapshot, ids) = try prepared()
    let second = Credential.passphrase(Secret(text: "second"))
    let (file, host) = (try KeyFile.generate(for: .key), try KeyFile.generate(for: .host))
    let keeper = try KeyKeeper(store, passphrase)
    try keeper.add(.holder(second), role: .full, label: "second")
    try KeyKeeper(store, second).add(.holder(.keyFile(file)), role: .full, label: "file")
    let key = try #require(try host.publicKey())
    try KeyKeeper(store, .keyFile(file)).add(.host(key), role: .full, label: "host")
    for credential in [passphrase, second, .keyFile(file), .keyFile(host)] {
      let repository = try Repository.open(store, with: credential)
      #expect(repository.role == .full && repository.keyNotice == nil)
      #expect(try repository.manifest(of: snapshot) == ids.flatMap(\.bytes))
      #expect(repository.keys.signer != nil)
    }
    let slots = try keeper.list().slots
    #expect(Set(slots.map(\.kind)) == ["passphrase", "keyfile", "recipient"] && slots.count == 4)
    #expect(slots.filter(\.isOwn).map(\.label) == ["made with the repository"])
    #expect(code { try keeper.add(.host(key), role: .write, label: "") } == "key.already-there")
  }

  @Test(
    "A host that may write adds snapshots, also on its own earlier ones, which all full keys read"
  )
  func writeHost() throws {
    let (store, _, _) = try prepared()
    let credential = try host(in: store)
    let repository = try Repository.open(store, with: credential)
    #expect(repository.role == .write)
    let (first, ids) = try Sample.addSnapshot(to: repository, chunks: 3, seed: 50)
    let again = try Repository.open(store, with: credential)
    let writer = try again.beginSnapshot(parent: first)
    let encoder = try writer.makeEncoder()
    let known = Sample.bytes(3000, seed: 50)
    let changed = Sample.bytes(3000, seed: 51) + [1]
    let one = try encoder.write(known.span, kind: .data, level: 1)
    let two = try encoder.write(changed.span, after: ids[1])
    #expect(one.storedLength == 0 && two.isDelta, "its own earlier chunks are known and a base")
    let second = try writer.commit(
      manifest: one.id.bytes + two.id.bytes,
      at: Sample.time,
      closure: [one.id, two.id]
    )
    for reader in [try Repository.open(store, with: passphrase), again] {
      #expect(try reader.manifest(of: second) == one.id.bytes + two.id.bytes)
      #expect(try reader.makeReader().read(two.id) == changed)
      #expect(try reader.makeReader().read(ids[2]) == Sample.bytes(3000, seed: 52))
    }
    let full = try Repository.open(store, with: passphrase)
    let report = try full.check(reading: .all, closure: Sample.closure)
    #expect(report.isSound && report.snapshots == 3)
  }

  @Test("A host that may write can neither read others, nor seal marks, nor sign, nor change keys")
  func writeHostLimits() throws {
    let (store, snapshot, ids) = try prepared()
    let credential = try host(in: store)
    let other = try host(in: store)
    let repository = try Repository.open(store, with: credential)
    let (foreign, foreignIDs) = try Sample.addSnapshot(
      to: try Repository.open(store, with: other),
      chunks: 1,
      seed: 70
    )
    for name in [snapshot, foreign] {
      #expect(code { _ = try repository.manifest(of: name) } == "repository.needs-full-key")
      #expect(try repository.manifestIfReadable(of: name) == nil)
    }
    for id in ids + foreignIDs {
      #expect(throws: Problem.self) { try repository.makeReader().read(id) }
    }
    #expect(repository.keys.signer == nil)
    #expect(
      code { try repository.requireFullKey(for: "collection") } == "repository.needs-full-key"
    )
    #expect(code { _ = try repository.deriveKey(label: "receipts") } == "repository.needs-full-key")
    let keeper = try KeyKeeper(store, credential)
    #expect(try keeper.list().slots.count == 3)
    let own = try #require(try keeper.list().slots.first { $0.isOwn })
    #expect(code { try keeper.rotate() } == "repository.needs-full-key")
    #expect(code { try keeper.remove(own.id) } == "repository.needs-full-key")
    #expect(
      code { try keeper.add(.holder(.passphrase(Secret(text: "x"))), role: .full, label: "") }
        == "repository.needs-full-key"
    )
  }

  @Test("Nobody relies on what a host wrote whose slot may only write, nor does it on others")
  func trust() throws {
    let (store, _, _) = try prepared()
    let credential = try host(in: store)
    let content = Sample.bytes(3000, seed: 1)
    // The full key has stored seed 1 already; the host must store it again, to read it back.
    for (who, isNew) in [(credential, true), (credential, false), (passphrase, false)] {
      let writer = try Repository.open(store, with: who).beginSnapshot(parent: nil)
      let written = try writer.makeEncoder().write(content.span, kind: .data, level: 1)
      #expect((written.storedLength > 0) == isNew)
      _ = try writer.commit(manifest: written.id.bytes, at: Sample.time, closure: [written.id])
    }
    let fresh = Sample.bytes(3000, seed: 99)
    for who in [credential, passphrase] {
      let writer = try Repository.open(store, with: who).beginSnapshot(parent: nil)
      let written = try writer.makeEncoder().write(fresh.span, kind: .data, level: 1)
      #expect(written.storedLength > 0, "the host's copy is not relied on")
      _ = try writer.commit(manifest: written.id.bytes, at: Sample.time, closure: [written.id])
    }
  }

  @Test("A rotation changes what new objects are sealed with, and uploads nothing again")
  func rotation() throws {
    let (store, snapshot, ids) = try prepared()
    let second = Credential.passphrase(Secret(text: "second"))
    try KeyKeeper(store, passphrase).add(.holder(second), role: .full, label: "")
    let hostKey = try host(in: store)
    let before = Set(store.contents.keys.filter { !$0.text.hasPrefix("keys/") })
    let hostBefore = try Repository.open(store, with: hostKey).keys.currentGeneration
    let generation = try KeyKeeper(store, second).rotate()
    #expect(Set(store.contents.keys.filter { !$0.text.hasPrefix("keys/") }) == before)
    #expect(store.contents.keys.filter { $0.text.hasPrefix("keys/") }.count == 3)
    for credential in [passphrase, second] {
      let repository = try Repository.open(store, with: credential)
      #expect(repository.keys.currentGeneration == generation && generation > 1)
      #expect(try repository.manifest(of: snapshot) == ids.flatMap(\.bytes))
      let writer = try repository.beginSnapshot(parent: nil)
      let known = Sample.bytes(3000, seed: 1)
      #expect(try writer.makeEncoder().write(known.span, kind: .data, level: 1).storedLength == 0)
      try writer.abandon()
    }
    let host = try Repository.open(store, with: hostKey)
    #expect(host.keys.currentGeneration > hostBefore)
    let (mine, _) = try Sample.addSnapshot(to: host, chunks: 1, seed: 9)
    #expect(try Repository.open(store, with: passphrase).manifestIfReadable(of: mine) != nil)
  }

  @Test(
    "A removed slot opens nothing, not even when its object is put back, and leaves new keys alone"
  )
  func removal() throws {
    let (store, _, _) = try prepared()
    let second = Credential.passphrase(Secret(text: "second"))
    let keeper = try KeyKeeper(store, passphrase)
    let slot = try keeper.add(.holder(second), role: .full, label: "")
    let copy = store.contents
    #expect(try keeper.remove(String(slot.id.prefix(6))).left == [])
    #expect(code { _ = try Repository.open(store, with: second) } == "repository.wrong-passphrase")
    for (name, bytes) in copy where name.text.contains(slot.id) { try store.put(name, bytes) }
    #expect(code { _ = try Repository.open(store, with: second) } == "repository.slot-removed")
    #expect(code { _ = try KeyKeeper(store, second).rotate() } == "repository.slot-removed")
    try keeper.rotate()
    #expect(try keeper.list().slots.count == 1)
    #expect(code { try keeper.remove(slot.id) } == "key.unknown-slot")
    #expect(code { try keeper.remove("") } == "key.unknown-slot")
  }

  @Test("The last full slot cannot be removed, however many may write")
  func lastFull() throws {
    let (store, _, _) = try prepared()
    _ = try host(in: store)
    let keeper = try KeyKeeper(store, passphrase)
    let own = try #require(try keeper.list().slots.first { $0.isOwn })
    #expect(code { try keeper.remove(own.id) } == "key.last-full-slot")
    _ = try Repository.open(store, with: passphrase)
  }

  @Test("A slot that was rolled back is told, and can neither rotate nor lose what others hold")
  func rolledBack() throws {
    let (store, _, _) = try prepared()
    let second = Credential.passphrase(Secret(text: "second"))
    let slot = try KeyKeeper(store, passphrase).add(.holder(second), role: .full, label: "")
    let old = store.contents
    try KeyKeeper(store, passphrase).rotate()
    let (newest, _) = try Sample.addSnapshot(
      to: try Repository.open(store, with: passphrase),
      chunks: 1,
      seed: 5
    )
    for name in store.contents.keys where name.text.contains(slot.id) { try store.delete(name) }
    for (name, bytes) in old where name.text.contains(slot.id) { try store.put(name, bytes) }
    let behind = try Repository.open(store, with: second)
    #expect(behind.keyNotice?.code == "repository.rotation-unfinished")
    #expect(code { _ = try behind.manifest(of: newest) } == "repository.damaged")
    #expect(code { try KeyKeeper(store, second).rotate() } == "key.slot-behind")
    try KeyKeeper(store, passphrase).rotate()
    let healed = try Repository.open(store, with: second)
    #expect(try healed.keyNotice == nil && healed.manifestIfReadable(of: newest) != nil)
  }

  @Test("A repository of the first version gets slots of the second with its first change")
  func oldRepository() throws {
    let store = MemoryStore(try GoldenTests.objects())
    let golden = Credential.passphrase(Secret(text: "golden"))
    let keeper = try KeyKeeper(store, golden)
    #expect(try keeper.list().slots.map(\.kind) == ["passphrase"])
    let snapshot = try #require(try Repository.open(store, with: golden).snapshots().first)
    let hostKey = try KeyFile.generate(for: .host)
    let key = try #require(try hostKey.publicKey())
    try keeper.add(.host(key), role: .write, label: "")
    #expect(try KeySlots(in: store).first.isEmpty)
    let full = try Repository.open(store, with: golden)
    #expect(try full.manifest(of: snapshot) == Array("manifest".utf8))
    #expect(full.keys.signer != nil)
    #expect(
      try Repository.open(store, with: .keyFile(hostKey)).manifestIfReadable(of: snapshot) == nil
    )
  }
}
