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
  /// The repository as somebody sees it who gives way to nobody.
  let witness: Repository
  private let omitted: Set<Safeguard>
  let mishap: Mishap

  init(seed: UInt64, _ mishap: Mishap, omitting omitted: Set<Safeguard> = []) throws {
    let stage = Stage(seed: seed)
    let base = MemoryStore(clock: { Int64(stage.now.timeIntervalSince1970) })
    past = PastStore(base, clock: { Int64(stage.now.timeIntervalSince1970) })
    self.stage = stage
    self.omitted = omitted
    self.mishap = mishap
    witness = try Repository.create(in: base, encryption: .none, clock: { stage.now })
  }

  /// Plays it, and returns what went wrong.
  func run() throws -> Reference {
    for _ in 0..<2 { stage.add { self.perform($0, tasks: 5, pause: 30, self.backUp) } }
    for _ in 0..<2 { stage.add { self.perform($0, tasks: 6, pause: 26, self.collect) } }
    stage.add { self.perform($0, tasks: 5, pause: 26, self.forget) }
    stage.play()
    try checkAll("in the end")
    try settle()
    return reference.withLock { $0 }
  }

  /// What one actor does: tasks one after the other, at once or after so many hours at the most, each
  /// with another fate, by a process that may know the index from the task before.
  private func perform(
    _ number: Int,
    tasks: Int,
    pause hours: Int,
    _ task: (Repository, StagedStore, Int) throws -> Void
  ) {
    let store = StagedStore(past, stage, number)
    var known: Repository?
    for _ in 0..<tasks {
      stage.yield(number, sleeping: Double(stage.roll(stage.roll(3) == 0 ? 1800 : hours * 3600)))
      let fate = fate()
      do {
        let repository = try known ?? open(store)
        known = mishap == .laggingDirectories || stage.roll(2) == 0 ? repository : nil
        store.begin(fate)
        try task(repository, store, number)
      } catch let problem as Problem {
        if fate.diesAt != nil { known = nil }
        judge(problem, fate, store)
      } catch {
        lose("an error that is no problem: \(error)")
      }
    }
  }

  private func fate() -> StagedStore.Fate {
    var fate = StagedStore.Fate(mishap: mishap)
    switch stage.roll(4) {
    case 0: fate.sleepsOneIn = 20
    case 1: fate.diesAt = stage.roll(60)
    default: break
    }
    return fate
  }

  private func open(_ store: StagedStore) throws -> Repository {
    store.begin(StagedStore.Fate())
    let stage = stage
    return try Repository.open(store, passphrase: nil, clock: { stage.now }).omitting(omitted)
  }

  /// A failure is right where somebody slept, died or was shown the past.
  private func judge(_ problem: Problem, _ fate: StagedStore.Fate, _ store: StagedStore) {
    let isExcused = store.hasSlept || fate.diesAt != nil || mishap.isOfListings
    let isRefusal = [
      "collect.refused", "repository.unknown-snapshot", "repository.snapshot-in-use",
    ]
    .contains(problem.code)
    if !isExcused && !isRefusal { lose("a failure without a cause: \(problem)") }
  }

  func lose(_ what: String) {
    reference.withLock { $0.losses.append(what) }
  }

  /// Reads a snapshot with a fresh view of the store, and no actor in between.
  func check(_ name: SnapshotName, _ moment: String) {
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
