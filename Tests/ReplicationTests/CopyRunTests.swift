import Cryptography
import Foundation
import ObjectStore
import Problems
import Repository
import Snapshot
import Synchronization
import Testing

@testable import Replication

@Suite("Snapshots are copied to a second repository")
struct CopyRunTests {
  /// The bytes of every chunk of a snapshot, in the order of its lists.
  static func content(_ snapshot: SnapshotContent) throws -> [[UInt8]] {
    let reader = try snapshot.repository.makeReader()
    return try snapshot.closure(reader).map { try reader.read($0.id, kind: $0.kind) }
  }

  static func isSound(_ repository: Repository) throws -> Bool {
    try repository.check(reading: .all) { name, manifest, chunks in
      let loss = try LossSurvey(chunks).loss(of: name, manifest: manifest)
      return loss.map { "\($0)" }
    }.isSound
  }

  private func original(nights: Int) throws -> Original {
    var original = try Original(in: MemoryStore())
    for night in 1...nights { try original.take(night: night) }
    return original
  }

  @Test("Without a place to copy to nothing counts as copied")
  func nowhere() throws {
    let original = try original(nights: 1)
    let run = try CopyRun(from: original.repository, to: nil)
    let problem = #expect(throws: Problem.self) { try run.run(original.snapshots) }
    #expect(problem?.code == "copy.no-target")
    #expect(try run.run(original.snapshots, isDryRun: true).items.count == 1)
  }

  @Test("A copy has the same names, manifests, chunks and digests, with keys of its own")
  func copy() throws {
    let original = try original(nights: 5)
    let store = MemoryStore()
    let target = try Repository.create(
      in: store,
      encryption: .passphrase(Secret(text: "elsewhere")),
      copyOf: original.repository
    )
    let result = try CopyRun(from: original.repository, to: target).run(original.snapshots)
    #expect(result.items.count == 5 && result.known == 0 && result.isComplete)
    // By itself: opened with its own passphrase, without the original.
    let copy = try Repository.open(store, passphrase: Secret(text: "elsewhere"))
    #expect(try copy.snapshots() == original.repository.snapshots())
    #expect(copy.digestSeed == original.repository.digestSeed && copy.id != original.repository.id)
    for snapshot in original.snapshots {
      let there = try SnapshotContent(opening: snapshot.name, in: copy)
      #expect(there.manifest == snapshot.manifest)
      #expect(try Self.content(there) == Self.content(snapshot))
      #expect(
        try copy.manifest(of: snapshot.name) == original.repository.manifest(of: snapshot.name)
      )
    }
    #expect(try Self.isSound(copy))
    #expect(try store.list("leases").isEmpty)
    let (mine, theirs) = (
      try original.repository.deriveKey(label: "x"), try copy.deriveKey(label: "x")
    )
    #expect(!mine.matches(theirs))
  }

  @Test("Deltas stay deltas: a copy takes no more space than its original, but for its packs")
  func deltas() throws {
    let original = try original(nights: 9)
    let store = MemoryStore()
    let target = try Repository.create(in: store, encryption: .none, copyOf: original.repository)
    let result = try CopyRun(from: original.repository, to: target).run(original.snapshots)
    let there = try original.store.list("packs").reduce(0) { $0 + $1.size }
    let here = try store.list("packs").reduce(0) { $0 + $1.size }
    #expect(here == there)
    #expect(result.items.reduce(0) { $0 + $1.copied.bytes } < here)
  }

  @Test("The second run reads no chunk that the copy has, and stores only what is new")
  func incremental() throws {
    var original = try original(nights: 3)
    let store = MemoryStore()
    let target = try Repository.create(in: store, encryption: .none, copyOf: original.repository)
    _ = try CopyRun(from: original.repository, to: target).run(original.snapshots)
    let again = try CopyRun(from: original.repository, to: target).run(original.snapshots)
    #expect(again.items.isEmpty && again.known == 3)
    try original.take(night: 4)
    let reads = Mutex(0)
    let counted = FaultyStore(original.store) { operation in
      if operation.verb == .get && operation.target.hasPrefix("packs/") {
        reads.withLock { $0 += 1 }
      }
      return .none
    }
    let source = try Repository.open(counted, passphrase: nil)
    let snapshots = try source.snapshots().map { try SnapshotContent(opening: $0, in: source) }
    let next = try CopyRun(from: source, to: target, threads: 1).run(snapshots)
    #expect(next.items.map(\.snapshot.name) == [try #require(original.snapshots.last).name])
    #expect(next.items[0].copied.count == 5, "3 stripes, their list and the archive")
    // Each new chunk and what it stands on; the list once more for the walk and for the commit.
    #expect(reads.withLock { $0 } < 16)
    #expect(try Self.isSound(target))
  }

  @Test("Of one named snapshot what it stands on comes along, and its parents can follow")
  func named() throws {
    let original = try original(nights: 4)
    let target = try Repository.create(
      in: MemoryStore(),
      encryption: .none,
      copyOf: original.repository
    )
    let run = try CopyRun(from: original.repository, to: target)
    _ = try run.run([original.snapshots[3]])
    #expect(try target.snapshots() == [original.snapshots[3].name])
    #expect(try Self.isSound(target))
    let rest = try run.run(original.snapshots)
    #expect(rest.items.count == 3 && rest.known == 1)
    #expect(try Self.isSound(target))
  }

  @Test("Parents come before children, whatever the order of the names; a circle ends")
  func order() throws {
    let original = try original(nights: 4)
    let names = original.snapshots.map(\.name)
    let ordered = CopyRun.parentsFirst(original.snapshots.reversed()).map(\.name)
    #expect(ordered == names)
    #expect(CopyRun.parentsFirst([]).isEmpty)
    let last = original.snapshots[3]
    #expect(CopyRun.parentsFirst([last, last]).map(\.name) == [last.name, last.name])
  }

  @Test("A repository that was made apart is refused, and so is the repository itself")
  func identity() throws {
    let original = try original(nights: 1)
    let store = MemoryStore()
    let other = try Repository.create(in: store, encryption: .none)
    let before = store.contents
    let refused = #expect(throws: Problem.self) {
      try CopyRun(from: original.repository, to: other)
    }
    #expect(refused?.code == "copy.other-identity" && refused?.kind == .refused)
    #expect(store.contents == before)
    let same = #expect(throws: Problem.self) {
      try CopyRun(from: original.repository, to: original.repository)
    }
    #expect(same?.code == "copy.same-repository")
  }

  @Test("A snapshot that is damaged in the source is passed over, and the others are copied")
  func damage() throws {
    let store = MemoryStore()
    var original = try Original(in: store)
    let packs = Mutex<[Set<ObjectName>]>([])
    for night in 1...3 {
      // Each night other stripes, so that only its own pack is needed.
      try original.take(night: 0, stripes: night)
      try packs.withLock { $0.append(Set(try store.list("packs").map(\.name))) }
    }
    let lost = packs.withLock { $0[1].subtracting($0[0]) }
    for name in lost {
      store.damage(name) { bytes in for at in 60..<90 { bytes?[at] ^= 0xFF } }
    }
    let target = try Repository.create(
      in: MemoryStore(),
      encryption: .none,
      copyOf: original.repository
    )
    let source = try Repository.open(store, passphrase: nil)
    let snapshots = try source.snapshots().map { try SnapshotContent(opening: $0, in: source) }
    let result = try CopyRun(from: source, to: target).run(snapshots)
    #expect(!result.isComplete)
    #expect(try target.snapshots().contains(original.snapshots[0].name))
    #expect(try !target.snapshots().contains(original.snapshots[1].name))
    let damage = try #require(result.items.first { $0.damage != nil }?.damage)
    #expect(damage.facts.contains { fact in lost.contains { $0.text == fact.value } })
    #expect(try Self.isSound(target))
    #expect(try target.store.list("leases").isEmpty)
  }

  @Test("A dry run says to the byte what a run stores, and writes nothing")
  func dryRun() throws {
    var original = try original(nights: 3)
    let store = MemoryStore()
    let target = try Repository.create(in: store, encryption: .none, copyOf: original.repository)
    _ = try CopyRun(from: original.repository, to: target).run([original.snapshots[0]])
    try original.take(night: 5)
    let before = store.contents
    let run = try CopyRun(from: original.repository, to: target)
    let planned = try run.run(original.snapshots, isDryRun: true)
    #expect(store.contents == before)
    let done = try run.run(original.snapshots)
    #expect(planned.items.map(\.copied) == done.items.map(\.copied))
    #expect(planned.known == 1 && planned.items.count == 3)
    let first = try CopyRun(from: original.repository, to: nil)
      .run(original.snapshots, isDryRun: true)
    #expect(first.items.count == 4)
  }

  @Test("The packs of a copy that was killed before its index are used, not stored again")
  func leftoverPacks() throws {
    let original = try original(nights: 2)
    let base = MemoryStore()
    _ = try Repository.create(in: base, encryption: .none, copyOf: original.repository)
    let faulty = FaultyStore(base) { $0.target.hasPrefix("index/") ? .failBefore : .none }
    #expect(throws: Problem.self) {
      try CopyRun(from: original.repository, to: try Repository.open(faulty, passphrase: nil))
        .run([original.snapshots[0]])
    }
    let packs = try base.list("packs")
    #expect(packs.count == 1)
    #expect(try base.list("index").isEmpty)
    let target = try Repository.open(base, passphrase: nil)
    let result = try CopyRun(from: original.repository, to: target).run([original.snapshots[0]])
    #expect(result.items.map(\.copied) == [CopiedChunks()] && result.notices.isEmpty)
    #expect(try base.list("packs") == packs)
    #expect(try target.snapshots() == [original.snapshots[0].name])
    #expect(try Self.isSound(target))
  }

  @Test("A copy that fails at any operation of the target's store goes on where it was")
  func resumed() throws {
    let original = try original(nights: 3)
    let start = MemoryStore()
    _ = try Repository.create(in: start, encryption: .none, copyOf: original.repository)
    let clean = FaultyStore(MemoryStore(start.contents))
    _ = try CopyRun(from: original.repository, to: try Repository.open(clean, passphrase: nil))
      .run(original.snapshots)
    for number in 1...clean.operations {
      for fault in [FaultyStore.Fault.failBefore, .failAfter] {
        let base = MemoryStore(start.contents)
        let faulty = FaultyStore(base) { $0.number >= number ? fault : .none }
        #expect(throws: Problem.self) {
          let target = try Repository.open(faulty, passphrase: nil)
          let result = try CopyRun(from: original.repository, to: target).run(original.snapshots)
          // A lease that stays behind is no failure, only a notice.
          if let notice = result.notices.first { throw notice }
        }
        let target = try Repository.open(base, passphrase: nil)
        #expect(try Self.isSound(target), "operation \(number), \(fault)")
        let result = try CopyRun(from: original.repository, to: target).run(original.snapshots)
        #expect(result.isComplete && result.items.count + result.known == 3)
        for snapshot in original.snapshots {
          let there = try SnapshotContent(opening: snapshot.name, in: target)
          #expect(try Self.content(there) == Self.content(snapshot))
        }
      }
    }
  }
}
