import Bytes
import Cryptography
import Foundation
import ObjectStore
import Problems
import Synchronization
import Testing

@testable import Repository

@Suite("A change of keys that is interrupted anywhere")
struct KeyCrashTests {
  /// A repository that three keys open and on which every kind of change can be tried.
  private struct Scene {
    let store = MemoryStore()
    // Files, since hundreds of openings by passphrase would take minutes.
    let first: Credential
    let second: Credential
    let host: KeyFile
    let other: KeyFile
    let added: KeyFile
    let otherID: String
    var snapshots: [(Credential, SnapshotName)] = []

    init() throws {
      (host, other) = (try .generate(for: .host), try .generate(for: .host))
      added = try .generate(for: .host)
      let own = try KeyFile.generate(for: .key)
      first = .keyFile(own)
      second = .keyFile(try .generate(for: .key))
      _ = try Repository.create(in: store, encryption: .keyFile(own))
      let keeper = try KeyKeeper(store, first)
      try keeper.add(.holder(second), role: .full, label: "")
      for file in [host, other] {
        try keeper.add(.host(try #require(try file.publicKey())), role: .write, label: "")
      }
      let hosts = try keeper.list().slots.filter { $0.role == .write }
      let otherKey = Hex.text(try #require(try other.publicKey()).bytes)
      let slots = try KeySlots(in: store).revisions
      otherID = try #require(slots.first { $0.publicKey == otherKey }).id
      #expect(hosts.contains { $0.id == otherID })
      for (seed, who) in [(1, first), (2, .keyFile(host)), (3, .keyFile(other))]
        as [(UInt64, Credential)]
      {
        let repository = try Repository.open(store, with: who)
        snapshots.append((who, try Sample.addSnapshot(to: repository, chunks: 1, seed: seed).0))
      }
    }
  }

  private static let changes: [(String, @Sendable (KeyKeeper, KeyFile, String) throws -> Void)] = [
    ("rotate", { keeper, _, _ in try keeper.rotate() }),
    (
      "add a full slot",
      { keeper, file, _ in
        try keeper.add(.host(try #require(try file.publicKey())), role: .full, label: "")
      }
    ),
    (
      "add a slot that may write",
      { keeper, file, _ in
        try keeper.add(.host(try #require(try file.publicKey())), role: .write, label: "")
      }
    ),
    ("remove", { keeper, _, id in try keeper.remove(id) }),
  ]

  @Test(
    "leaves every slot that was there open, every snapshot readable, and can be done again",
    arguments: [false, true],
    0..<4
  )
  func everyWrite(_ isDone: Bool, _ number: Int) throws {
    let scene = try Scene()
    let (what, change) = Self.changes[number]
    var (operation, isInterrupted) = (1, true)
    while isInterrupted {
      let store = MemoryStore(scene.store.contents)
      let wanted = operation
      let writes = WriteCount()
      let faulty = FaultyStore(store) { operation in
        guard operation.verb == .put || operation.verb == .delete else { return .none }
        guard writes.next() == wanted else { return .none }
        return isDone ? .failAfter : .failBefore
      }
      // A store that refuses to delete does not fail the change: so it must hold then as well.
      do { try change(KeyKeeper(faulty, scene.first), scene.added, scene.otherID) } catch {
        #expect((error as? Problem)?.code == "store.fault", "\(what) \(wanted)")
      }
      isInterrupted = writes.count >= wanted
      let mayBeGone = what == "remove" ? scene.otherID : ""
      try expectWhole(scene, store, mayBeGone, "\(what), write \(wanted)")
      // Somebody finishes what was begun, and everybody agrees again.
      try KeyKeeper(store, scene.first).rotate()
      try expectWhole(scene, store, mayBeGone, "\(what), write \(wanted), and a rotation")
      #expect(try Repository.open(store, with: scene.second).keyNotice == nil)
      operation += 1
    }
    #expect(operation > 2, "\(what) writes at all")
  }

  private func expectWhole(
    _ scene: Scene,
    _ store: MemoryStore,
    _ mayBeGone: String,
    _ when: String
  ) throws {
    let opened = try Repository.open(store, with: scene.first)
    for credential in [scene.first, scene.second] {
      let repository = try Repository.open(store, with: credential)
      for (_, name) in scene.snapshots {
        #expect(try repository.manifestIfReadable(of: name) != nil, "\(when)")
      }
      #expect(repository.keys.currentGeneration == opened.keys.currentGeneration, "\(when)")
      // What one full key writes now, the other reads.
      let copy = MemoryStore(store.contents)
      let (name, _) = try Sample.addSnapshot(
        to: try Repository.open(copy, with: credential),
        chunks: 1,
        seed: 8
      )
      for reader in [scene.first, scene.second] {
        #expect(try Repository.open(copy, with: reader).manifest(of: name).count == 32, "\(when)")
      }
    }
    for (credential, name) in scene.snapshots {
      guard case .keyFile(let file) = credential else { continue }
      let isOther = file.secret.matches(scene.other.secret)
      do {
        let repository = try Repository.open(store, with: credential)
        #expect(try repository.manifestIfReadable(of: name) != nil, "\(when)")
        let copy = MemoryStore(store.contents)
        let host = try Repository.open(copy, with: credential)
        let (new, _) = try Sample.addSnapshot(to: host, chunks: 1, seed: 9)
        for reader in [scene.first, scene.second] {
          let full = try Repository.open(copy, with: reader)
          #expect(try full.manifest(of: new).count == 32, "\(when)")
        }
      } catch let problem as Problem {
        #expect(isOther && !mayBeGone.isEmpty, "\(when): \(problem)")
      }
    }
  }
}

/// How many calls changed the store.
private final class WriteCount: Sendable {
  private let value = Mutex(0)

  var count: Int { value.withLock { $0 } }

  func next() -> Int {
    value.withLock {
      $0 += 1
      return $0
    }
  }
}
