import Cryptography
import ObjectStore
import Problems
import Testing

@testable import Repository

@Suite("A key slot that holds more than the key in use")
struct KeyAheadTests {
  private let store = MemoryStore()
  private let own = Credential.passphrase(Secret(text: "own"))
  private let other: Credential
  private let otherID: String
  /// Sealed with a generation that only the other slot has.
  private let lost: SnapshotName
  private let kept: SnapshotName

  /// The own slot is put back to what it was before the other one rotated.
  init() throws {
    let first = try Repository.create(in: store, encryption: .passphrase(Secret(text: "own")))
    kept = try Sample.addSnapshot(to: first, chunks: 1, seed: 1).0
    other = .keyFile(try .generate(for: .key))
    otherID = try KeyKeeper(store, own).add(.holder(other), role: .full, label: "").id
    let before = store.contents.filter { $0.key.text.hasPrefix("keys/") }
    try KeyKeeper(store, other).rotate()
    lost = try Sample.addSnapshot(to: try .open(store, with: other), chunks: 1, seed: 2).0
    for name in store.contents.keys where name.text.hasPrefix("keys/") {
      if !name.text.contains(otherID) { try store.delete(name) }
    }
    for (name, bytes) in before where !name.text.contains(otherID) { try store.put(name, bytes) }
  }

  private func problem(_ body: () throws -> Void) -> Problem? {
    #expect(throws: Problem.self) { try body() }
  }

  @Test("Nobody changes keys past it unless he says so; the hint names the way out and its price")
  func refused() throws {
    let keeper = try KeyKeeper(store, own)
    let host = try #require(try KeyFile.generate(for: .host).publicKey())
    let before = store.contents
    let changes: [() throws -> Void] = [
      { try keeper.rotate() }, { try keeper.remove(otherID) },
      { try keeper.add(.host(host), role: .write, label: "") },
    ]
    for change in changes {
      let problem = problem(change)
      #expect(problem?.code == "key.slot-behind")
      #expect(problem?.facts == [.init("generations", "2")])
      #expect(
        problem?.hint?.contains("`drydock key remove \(otherID.prefix(8)) --even-ahead`") == true
      )
    }
    #expect(store.contents == before)
  }

  @Test("Its own key heals it, and nothing is lost")
  func healed() throws {
    try KeyKeeper(store, other).rotate()
    let repository = try Repository.open(store, with: own)
    for name in [kept, lost] { #expect(try repository.manifest(of: name).count == 32) }
    #expect(try KeyKeeper(store, own).remove(otherID).lost.isEmpty)
  }

  @Test("It does not end itself while it alone has a generation")
  func itself() throws {
    let keeper = try KeyKeeper(store, other)
    let before = store.contents
    let problem = problem { try keeper.remove(otherID) }
    #expect(problem?.code == "key.slot-behind")
    #expect(problem?.facts == [.init("generations", "2")])
    #expect(store.contents == before)
    try keeper.rotate()
    #expect(try keeper.remove(otherID).lost.isEmpty)
    #expect(try Repository.open(store, with: own).manifest(of: lost).count == 32)
  }

  @Test("Without its key it is ended; what it had is named for good, and never numbered again")
  func ended() throws {
    let removed = try KeyKeeper(store, own).remove(otherID, evenAhead: true)
    #expect(removed.lost == [2] && removed.slot.id == otherID)
    #expect(problem { _ = try Repository.open(store, with: other) }?.code.hasPrefix("rep") == true)
    let end = try #require(try KeySlots(in: store).revisions.first { $0.id == otherID })
    #expect(end.kind == .removed && end.generations == [1, 2] && end.highest == 2)
    let (_, binding) = try Repository.identify(store)
    var changed = end
    changed.generations = [1]
    #expect(try end.isIntact() && !changed.isIntact() && end.isOf(binding))

    #expect(try KeyKeeper(store, own).rotate() == 3, "2 was somebody else's")
    let host = try KeyFile.generate(for: .host)
    let key = try #require(try host.publicKey())
    try KeyKeeper(store, own).add(.host(key), role: .write, label: "")
    #expect(try Repository.open(store, with: .keyFile(host)).keys.ownGenerations == [4])
    let repository = try Repository.open(store, with: own)
    #expect(repository.keys.currentGeneration == 3 && repository.keyNotice == nil)
    #expect(try repository.manifest(of: kept).count == 32)
    let gone = problem { _ = try repository.manifest(of: lost) }
    #expect(gone?.code == "repository.damaged")
    #expect(gone?.reason?.contains("key generation 2") == true)
    let (new, _) = try Sample.addSnapshot(to: repository, chunks: 1, seed: 3)
    #expect(try Repository.open(store, with: own).manifest(of: new).count == 32)
  }

  @Test("A slot that may only write is not ended either while it alone has a generation")
  func host() throws {
    // Both full slots are put back to before the host came.
    let file = try KeyFile.generate(for: .host)
    let key = try #require(try file.publicKey())
    try KeyKeeper(store, other).rotate()
    let before = store.contents
    let id = try KeyKeeper(store, own).add(.host(key), role: .write, label: "").id
    for name in store.contents.keys where !name.text.contains(id) { try store.delete(name) }
    for (name, bytes) in before { try store.put(name, bytes) }
    let keeper = try KeyKeeper(store, own)
    #expect(problem { try keeper.remove(id) }?.code == "key.slot-behind")
    #expect(try keeper.remove(id, evenAhead: true).lost.count == 1)
    try keeper.rotate()
  }
}
