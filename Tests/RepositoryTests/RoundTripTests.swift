import Cryptography
import Foundation
import ObjectStore
import Problems
import Testing

@testable import Repository

@Suite("A repository keeps what it was given")
struct RoundTripTests {
  @Test("Chunks of every size and kind come back from a snapshot")
  func chunksComeBack() throws {
    let store = MemoryStore()
    let repository = try Repository.create(in: store, encryption: .none)
    let contents = [0, 1, 100, 70_000, 16 << 20].map { Sample.bytes($0, seed: 1) }
    let writer = try repository.beginSnapshot(parent: nil)
    let encoder = try writer.makeEncoder()
    var ids: [ChunkID] = []
    for content in contents {
      for kind in ChunkKind.allCases {
        let written = try encoder.write(content.span, kind: kind, level: 1)
        #expect(written.isNew && written.rawLength == content.count && written.storedLength > 0)
        ids.append(written.id)
      }
    }
    let name = try writer.commit(manifest: [1, 2, 3], at: Sample.time, closure: ids)
    let again = try Repository.open(store, passphrase: nil)
    let reader = try again.makeReader()
    for (number, id) in ids.enumerated() {
      let content = try reader.read(id, kind: ChunkKind.allCases[number % 3])
      #expect(content == contents[number / 3])
    }
    #expect(try again.snapshots() == [name])
    #expect(try again.manifest(of: name) == [1, 2, 3])
    #expect(try store.list("leases").isEmpty)
  }

  @Test("A chunk that is known is not stored again, in the same snapshot or the next")
  func knownChunksAreNotStored() throws {
    let repository = try Repository.create(in: MemoryStore(), encryption: .none)
    let content = Sample.bytes(50_000, seed: 2)
    let first = try repository.beginSnapshot(parent: nil)
    let encoder = try first.makeEncoder()
    let written = try encoder.write(content.span, kind: .data, level: 3)
    let again = try encoder.write(content.span, kind: .data, level: 3)
    #expect(!again.isNew && again.storedLength == 0 && again.id == written.id)
    let parent = try first.commit(manifest: [], at: Sample.time, closure: [written.id])
    let second = try repository.beginSnapshot(parent: parent)
    let known = try second.makeEncoder().write(content.span, kind: .data, level: 3)
    #expect(!known.isNew)
    _ = try second.commit(manifest: [], at: Sample.time, closure: [known.id])
    #expect(try repository.store.list("packs").count == 1)
  }

  @Test("A passphrase opens the repository, another one does not, and none is asked for")
  func passphrases() throws {
    let store = MemoryStore()
    let made = try Repository.create(in: store, encryption: .passphrase(Secret(text: "right")))
    let opened = try Repository.open(store, passphrase: Secret(text: "right"))
    #expect(opened.id == made.id && opened.digestSeed == made.digestSeed)
    #expect(try opened.deriveKey(label: "a").matches(made.deriveKey(label: "a")))
    #expect(try !opened.deriveKey(label: "a").matches(made.deriveKey(label: "b")))
    let wrong = #expect(throws: Problem.self) {
      try Repository.open(store, passphrase: Secret(text: "wrong"))
    }
    #expect(wrong?.code == "repository.wrong-passphrase")
    let missing = #expect(throws: Problem.self) { try Repository.open(store, passphrase: nil) }
    #expect(missing?.code == "repository.needs-passphrase")
  }

  @Test("A commit whose closure is not complete is refused, and there is no snapshot")
  func incompleteClosure() throws {
    let repository = try Repository.create(in: MemoryStore(), encryption: .none)
    let writer = try repository.beginSnapshot(parent: nil)
    let stranger = try #require(ChunkID([UInt8](repeating: 7, count: 32)))
    let problem = #expect(throws: Problem.self) {
      try writer.commit(manifest: [], at: Sample.time, closure: [stranger])
    }
    #expect(problem?.code == "repository.incomplete-snapshot")
    #expect(try repository.snapshots().isEmpty)
  }

  @Test("Records come back: what is signed as it is, the others sealed")
  func records() throws {
    let store = MemoryStore()
    let repository = try Repository.create(in: store, encryption: .none)
    for kind in RecordKind.allCases {
      try repository.putRecord(kind: kind, id: "one", Array("plain text".utf8))
      #expect(try repository.record(kind: kind, id: "one") == Array("plain text".utf8))
      #expect(try repository.records(kind: kind) == ["one"])
      let stored = try store.get(ObjectName(components: kind.rawValue, "one"))
      #expect((stored == Array("plain text".utf8)) == [.receipt, .revocation].contains(kind))
    }
    let exists = #expect(throws: Problem.self) {
      try repository.putRecord(kind: .proof, id: "one", [])
    }
    #expect(exists?.code == StoreProblem.existsCode)
  }
}
