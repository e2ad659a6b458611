import Foundation
import ObjectStore
import Problems
import TestSupport
import Testing

@testable import Repository

/// What a person was told is done: it must be whole after every crash.
struct DoneWork: Sendable {
  /// A snapshot with the content of its places.
  struct Snapshot: Sendable {
    var name: SnapshotName
    var ids: [ChunkID]
    var contents: [[UInt8]]
  }

  var isCreated = false
  var snapshots: [Snapshot] = []

  /// Takes the next snapshot of three places, as deltas where that is possible.
  mutating func take(in repository: Repository) throws {
    let night = snapshots.count
    let contents = (0..<3).map { place -> [UInt8] in
      // One place never changes, the others change by a row each night.
      let version = place == 0 ? 0 : night
      let first = [Sample.row(place * 1000 + version, version: version)]
      return Array((first + Sample.rows(place * 1000 + 100..<place * 1000 + 160)).joined())
    }
    let writer = try repository.beginSnapshot(parent: snapshots.last?.name, delta: .always)
    do {
      let encoder = try writer.makeEncoder()
      let older = snapshots.last?.ids
      let ids = try contents.enumerated().map { place, content in
        try encoder.write(content.span, after: older?[place]).id
      }
      let name = try writer.commit(
        manifest: ids.flatMap(\.bytes),
        at: Sample.time + Double(night) * 86_400,
        closure: ids
      )
      snapshots.append(Snapshot(name: name, ids: ids, contents: contents))
    } catch {
      // As a backup does: the first error counts.
      try? writer.abandon()
      throw error
    }
  }

  /// Throws unless all that was reported is there, byte by byte, and a check finds no damage.
  func expectWhole(in store: any ObjectStore) throws {
    let repository = try Repository.open(store, passphrase: nil)
    let names = try repository.snapshots()
    let reader = try repository.makeReader()
    for snapshot in snapshots {
      guard names.contains(snapshot.name) else { throw Loss("\(snapshot.name) is gone") }
      for (id, content) in zip(snapshot.ids, snapshot.contents) {
        guard try reader.read(id) == content else { throw Loss("\(id) has another content") }
      }
    }
    let report = try repository.check(reading: .all, closure: Sample.closure)
    guard report.isSound else { throw Loss("\(report.findings)") }
  }

  struct Loss: Error, CustomStringConvertible {
    let description: String
    init(_ text: String) { description = text }
  }
}

@Suite("A crash at any step loses nothing that was reported as done")
struct CrashTests {
  /// To add forget, collect or a rotation: one more scenario in the list of this test.
  static let scenarios: [CrashTrial<DoneWork>] = [backup, rebuild, create]

  @Test("Every step, every fault, seed by seed", arguments: scenarios.indices)
  func crash(scenario: Int) throws {
    let trial = Self.scenarios[scenario]
    let outcome = try trial.run()
    print("\(trial.name): \(outcome.crashes) crashes over \(outcome.steps) steps")
    #expect(outcome.findings == [], "\(trial.name)")
    // Nearly all planned crashes have to happen: a pack's directory is now and then there already.
    #expect(outcome.crashes > outcome.steps * 3)
  }

  @Test("A store that syncs nothing loses what it reported, so a trial can fail")
  func unsynced() throws {
    let outcome = try Self.backup.run(isDurable: false)
    #expect(outcome.findings.count == 10)
  }

  /// Creates a repository with so many snapshots.
  private static func begin(
    _ count: Int
  ) -> @Sendable (any ObjectStore) throws -> DoneWork {
    { store in
      let repository = try Repository.create(in: store, encryption: .none)
      var done = DoneWork(isCreated: true)
      for _ in 0..<count { try done.take(in: repository) }
      return done
    }
  }

  /// Everything is whole, and the next backup works and is whole too.
  private static func inspect(_ store: any ObjectStore, _ done: inout DoneWork) throws {
    try done.expectWhole(in: store)
    try done.take(in: try Repository.open(store, passphrase: nil))
    try done.expectWhole(in: store)
  }

  private static let backup = CrashTrial(
    "two backups with deltas",
    begin: begin(1),
    work: { store, done in
      let repository = try Repository.open(store, passphrase: nil)
      try done.take(in: repository)
      try done.take(in: repository)
    },
    inspect: inspect
  )

  private static let rebuild = CrashTrial(
    "a rebuild of the index",
    begin: { store in
      let done = try begin(3)(store)
      for object in try store.list("index") { try store.delete(object.name) }
      return done
    },
    work: { store, _ in
      try Repository.open(store, passphrase: nil).rebuildIndex()
    },
    inspect: { store, done in
      try Repository.open(store, passphrase: nil).rebuildIndex()
      try inspect(store, &done)
    }
  )

  private static let create = CrashTrial(
    "the making of a repository and its key slot",
    begin: { _ in DoneWork() },
    work: { store, done in
      _ = try Repository.create(in: store, encryption: .none)
      done.isCreated = true
    },
    inspect: { store, done in
      if !done.isCreated {
        do {
          _ = try Repository.open(store, passphrase: nil)
        } catch let problem as Problem where problem.code == "repository.not-found" {
          _ = try Repository.create(in: store, encryption: .none)
        }
        done.isCreated = true
      }
      try inspect(store, &done)
    }
  )
}
