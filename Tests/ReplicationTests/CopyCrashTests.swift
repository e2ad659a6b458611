import ObjectStore
import Repository
import Snapshot
import TestSupport
import Testing

@testable import Replication

@Suite("A crash of a copy loses nothing that was reported as copied")
struct CopyCrashTests {
  /// What was reported, and from where.
  struct Record: Sendable {
    var original: Original
    var copied: Set<SnapshotName> = []
  }

  struct Loss: Error, CustomStringConvertible {
    let description: String
  }

  private static func copy(to store: any ObjectStore, _ record: inout Record) throws {
    let target = try Repository.open(store, passphrase: nil)
    let run = try CopyRun(from: record.original.repository, to: target)
    // One by one, so that each that returns has been reported.
    for snapshot in record.original.snapshots {
      _ = try run.run([snapshot])
      record.copied.insert(snapshot.name)
    }
  }

  private static func expectWhole(_ store: any ObjectStore, _ record: Record) throws {
    let target = try Repository.open(store, passphrase: nil)
    guard try CopyRunTests.isSound(target) else { throw Loss(description: "a check finds damage") }
    for snapshot in record.original.snapshots where record.copied.contains(snapshot.name) {
      let there = try SnapshotContent(opening: snapshot.name, in: target)
      guard try CopyRunTests.content(there) == CopyRunTests.content(snapshot) else {
        throw Loss(description: "\(snapshot.name) has another content")
      }
    }
  }

  private static let trial = CrashTrial<Record>(
    "a copy of two snapshots",
    begin: { scene in
      var original = try Original(in: MemoryStore())
      for night in 1...2 { try original.take(night: night, stripes: 2) }
      _ = try Repository.create(in: scene.store, encryption: .none, copyOf: original.repository)
      return Record(original: original)
    },
    work: { scene, record in try copy(to: scene.store, &record) },
    inspect: { scene, record in
      try expectWhole(scene.store, record)
      try copy(to: scene.store, &record)
      try expectWhole(scene.store, record)
    }
  )

  @Test("Every step, every fault, seed by seed")
  func crash() throws {
    let outcome = try Self.trial.run()
    print("\(Self.trial.name): \(outcome.crashes) crashes over \(outcome.steps) steps")
    #expect(outcome.findings == [])
    #expect(outcome.crashes * 4 > outcome.planned * 3)
  }
}
