import Foundation
import ObjectStore
import Problems
import Synchronization

@testable import Repository

/// One schedule: writers, collectors, and somebody who forgets, all at work in one repository.
final class Play: Sendable {
  /// What the reference knows: the chunks of every snapshot that was reported as done.
  struct Reference {
    var done: [SnapshotName: [ChunkID: [UInt8]]] = [:]
    /// What went wrong, in words.
    var losses: [String] = []
    /// Backups that were reported as done, and packs that were deleted: a play without is no test.
    var backups = 0
    var deleted = 0
  }

  let stage: Stage
  let past: PastStore
  let reference = Mutex(Reference())
  private let omitted: Set<Safeguard>
  private let isStale: Bool

  init(seed: UInt64, omitting omitted: Set<Safeguard> = []) throws {
    let stage = Stage(seed: seed)
    let base = MemoryStore(clock: { Int64(stage.now.timeIntervalSince1970) })
    past = PastStore(base, clock: { Int64(stage.now.timeIntervalSince1970) })
    self.stage = stage
    self.omitted = omitted
    isStale = stage.roll(3) == 0
    _ = try Repository.create(in: base, encryption: .none, clock: { stage.now })
  }

  /// Plays it, and returns what went wrong.
  func run() throws -> Reference {
    for _ in 0..<2 { stage.add { self.perform($0, tasks: 3, self.backUp) } }
    for _ in 0..<2 { stage.add { self.perform($0, tasks: 5, self.collect) } }
    stage.add { self.perform($0, tasks: 5, self.forget) }
    stage.play()
    try checkAll("in the end")
    try settle()
    return reference.withLock { $0 }
  }

  /// What one actor does: tasks one after the other, each with another fate.
  private func perform(
    _ number: Int,
    tasks: Int,
    _ task: (Repository, StagedStore, Int) throws -> Void
  ) {
    let store = StagedStore(past, stage, number)
    for _ in 0..<tasks {
      stage.yield(number, sleeping: Double(stage.roll(20 * 3600)))
      var fate = StagedStore.Fate(hasStaleListings: isStale)
      switch stage.roll(4) {
      case 0: fate.sleepsOneIn = 20
      case 1: fate.diesAt = stage.roll(60)
      default: break
      }
      do {
        store.begin(StagedStore.Fate())
        let stage = stage
        let repository = try Repository.open(store, passphrase: nil, clock: { stage.now })
        store.begin(fate)
        try task(repository.omitting(omitted), store, number)
      } catch let problem as Problem {
        judge(problem, fate, store)
      } catch {
        lose("an error that is no problem: \(error)")
      }
    }
  }

  /// A failure is right where somebody slept, died or was shown the past.
  private func judge(_ problem: Problem, _ fate: StagedStore.Fate, _ store: StagedStore) {
    let isExcused = store.hasSlept || fate.diesAt != nil || fate.hasStaleListings
    let isRefusal = [
      "collect.refused", "repository.unknown-snapshot", "repository.snapshot-in-use",
    ]
    .contains(problem.code)
    if !isExcused && !isRefusal { lose("a failure without a cause: \(problem)") }
  }

  private func lose(_ what: String) {
    reference.withLock { $0.losses.append(what) }
  }

  private func backUp(_ repository: Repository, _ store: StagedStore, _ number: Int) throws {
    let names = reference.withLock { $0.done.keys.sorted() }
    let parent = names.isEmpty || stage.roll(4) == 0 ? nil : names[stage.roll(names.count)]
    let writer = try repository.beginSnapshot(parent: parent, delta: .always)
    var chunks: [ChunkID: [UInt8]] = [:]
    do {
      let encoder = try writer.makeEncoder()
      if let parent {
        // What has not changed is taken over by name: its bytes are never read.
        _ = try repository.manifest(of: parent)
        let known = reference.withLock { $0.done[parent] ?? [:] }
        for (id, bytes) in known.sorted(by: { $0.key < $1.key }) {
          switch stage.roll(3) {
          case 0: chunks[id] = bytes
          case 1:
            let changed = bytes + [UInt8(stage.roll(3))]
            chunks[try encoder.write(changed.span, level: 1, after: id).id] = changed
          default: break
          }
        }
      }
      // From a small pool, so that what is dead is often wanted again, and at once by two.
      for _ in 0...stage.roll(3) {
        let bytes = Sample.bytes(600, seed: UInt64(stage.roll(8)))
        chunks[try encoder.write(bytes.span, level: 1).id] = bytes
      }
      if stage.roll(4) == 0 { try takeLong(writer, number) }
      let ids = chunks.keys.sorted()
      let manifest = ids.flatMap(\.bytes)
      let name = try writer.commit(manifest: manifest, at: stage.now, closure: ids)
      reference.withLock {
        $0.done[name] = chunks
        $0.backups += 1
      }
    } catch {
      // As the backup does: the first error counts.
      try? writer.abandon()
      throw error
    }
  }

  /// Works for two days, awake.
  private func takeLong(_ writer: SnapshotWriter, _ number: Int) throws {
    for _ in 0..<70 {
      stage.yield(number, sleeping: 40 * 60)
      try writer.renewIfDue()
    }
  }

  private func collect(_ repository: Repository, _ store: StagedStore, _ number: Int) throws {
    if stage.roll(8) == 0 { _ = try repository.undoMarks() }
    var options = CollectOptions()
    if stage.roll(3) == 0 { options.maxRepack = 2000 }
    let report = try repository.collect(options, closure: Sample.visit)
    reference.withLock { $0.deleted += report.deleted.packs }
  }

  private func forget(_ repository: Repository, _ store: StagedStore, _ number: Int) throws {
    let names = reference.withLock { $0.done.keys.sorted() }
    guard names.count > 1 else { return }
    let name = names[stage.roll(names.count)]
    check(name, "before it is forgotten")
    // Sometimes behind everybody's back, so that also parents in use go.
    if stage.roll(2) == 0 {
      reference.withLock { $0.done[name] = nil }
      try store.delete(name.object)
    } else {
      try repository.forget([name])
      reference.withLock { $0.done[name] = nil }
    }
  }

  /// Reads a snapshot with a fresh view of the store, and no actor in between.
  private func check(_ name: SnapshotName, _ moment: String) {
    do {
      let repository = try Repository.open(past.base, passphrase: nil)
      let reader = try repository.makeReader()
      for (id, bytes) in reference.withLock({ $0.done[name] ?? [:] })
      where try reader.read(id) != bytes {
        lose("\(name) has wrong bytes \(moment)")
      }
    } catch {
      lose("\(name) cannot be read \(moment): \(error)")
    }
  }

  private func checkAll(_ moment: String) throws {
    for name in reference.withLock({ $0.done.keys.sorted() }) { check(name, moment) }
  }

  /// When all are gone, collection comes to an end: nothing dead is left, and nothing live is lost.
  private func settle() throws {
    guard omitted.isEmpty else { return }
    let time = Mutex(stage.now.addingTimeInterval(100 * 3600))
    // The past store's clock stands still now, so a store of its own goes on.
    let store = MemoryStore(
      past.base.contents,
      clock: { Int64(time.withLock { $0 }.timeIntervalSince1970) }
    )
    let repository = try Repository.open(store, passphrase: nil, clock: { time.withLock { $0 } })
    let done = reference.withLock { Set($0.done.keys) }
    time.withLock { $0 += 3 * 3600 }
    try repository.forget(try repository.snapshots().filter { !done.contains($0) })
    // What is copied may leave the next pack half dead, and so on; but it comes to an end.
    for _ in 0..<14 {
      time.withLock { $0 += 26 * 3600 }
      _ = try repository.collect(closure: Sample.visit)
    }
    let report = try repository.check(reading: .all, closure: Sample.closure)
    if !report.isSound { lose("the check finds \(report.findings)") }
    if try !store.list("marks").isEmpty { lose("marks stay for ever") }
  }
}
