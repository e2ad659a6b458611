import Foundation
import ObjectStore
import Problems
import Synchronization
import Testing

@testable import Repository

@Suite("Collection is safe beside writers and other collectors")
struct CollectRaceTests {
  private let harbour: Harbour

  init() throws { harbour = try Harbour() }

  /// Makes a dead pack that holds some contents, next to a live one.
  private func makeDead(_ seeds: [UInt64]) throws -> ObjectName {
    let first = try harbour.take(seeds)
    let pack = try #require(try harbour.packs().first)
    try harbour.take([99])
    try harbour.repository.forget([first.name])
    harbour.pass(hours: 1)
    return pack
  }

  /// A store that does something once, before or after the first call that fits.
  private func interrupted(
    _ moment: FaultyStore.Moment = .before,
    at fits: @escaping @Sendable (FaultyStore.Operation) -> Bool,
    _ body: @escaping @Sendable () throws -> Void
  ) throws -> Repository {
    let isDone = Mutex(false)
    let faulty = FaultyStore(
      harbour.store,
      hook: { operation, now in
        guard now == moment, fits(operation) else { return }
        let isFirst = isDone.withLock { done in
          defer { done = true }
          return !done
        }
        guard isFirst else { return }
        do { try body() } catch { Issue.record(error) }
      }
    )
    return try harbour.repository(through: faulty)
  }

  @Test("A writer stores again what is in a marked pack only, and stands no delta on it")
  func writersAvoidMarks() throws {
    let pack = try makeDead([1])
    try harbour.collect()
    let known = try harbour.repository.index.refreshed()
    let seal = try ChunkSeal(keys: harbour.repository.keys, binding: harbour.repository.binding)
    let parent = try seal.id(of: Sample.bytes(3000, seed: 1).span, kind: .data)
    #expect(try known.contains(parent))
    for (rules, isNew) in [([], true), ([Safeguard.writersAvoidMarks], false)] {
      let writer = try harbour.repository.omitting(Set(rules)).beginSnapshot(
        parent: nil,
        delta: .always
      )
      let content = Sample.bytes(3000, seed: 1)
      let encoder = try writer.makeEncoder()
      let child = try encoder.write((content + [1]).span, after: parent)
      #expect(child.isDelta != isNew)
      #expect(try encoder.write(content.span).isNew == isNew)
      try writer.abandon()
    }
    #expect(try harbour.packs().contains(pack))
  }

  @Test("What is marked while a backup runs is copied before the backup is done")
  func markedMeanwhile() throws {
    let pack = try makeDead([1])
    let harbour = harbour
    let repository = try interrupted(at: { $0.verb == .put && $0.target.hasPrefix("snapshots/") }) {
      let report = try harbour.collect()
      #expect(report.marked.packs == 1)
    }
    let before = try harbour.packs()
    try harbour.take([1], in: repository)
    #expect(try harbour.packs().subtracting(before).count == 1)
    harbour.pass(hours: 25)
    #expect(try harbour.collect().deleted.packs == 1)
    #expect(try !harbour.packs().contains(pack))
    #expect(try harbour.isWhole())
  }

  @Test(
    "A backup that slept before its commit fails where its chunks have gone, and leaves nothing"
  )
  func checkedAgain() throws {
    _ = try makeDead([1])
    let harbour = harbour
    let names = try harbour.repository.snapshots()
    let repository = try interrupted(at: { $0.verb == .put && $0.target.hasPrefix("snapshots/") }) {
      harbour.pass(hours: 2)
      try harbour.collect()
      harbour.pass(hours: 25)
      let report = try harbour.collect()
      #expect(report.deleted.packs == 1)
    }
    let problem = #expect(throws: Problem.self) { try harbour.take([1], in: repository) }
    #expect(problem?.code == "repository.incomplete-snapshot")
    #expect(try harbour.repository.snapshots() == names)
  }

  @Test("Without the second look, that backup would be reported as done")
  func withoutSecondLook() throws {
    _ = try makeDead([1])
    let harbour = harbour
    let repository = try interrupted(at: { $0.verb == .put && $0.target.hasPrefix("snapshots/") }) {
      harbour.pass(hours: 2)
      try harbour.collect()
      harbour.pass(hours: 25)
      try harbour.collect()
    }
    try harbour.take([1], in: repository.omitting([.checkedAgain]))
    #expect(throws: Problem.self) { try harbour.isWhole() }
  }

  @Test("A mark is not swept while a writer works that began before it", arguments: [false, true])
  func olderWriters(isOmitted: Bool) throws {
    _ = try makeDead([1])
    let writer = try harbour.repository.beginSnapshot(parent: nil)
    let written = try writer.makeEncoder().write(Sample.bytes(3000, seed: 1).span)
    #expect(!written.isNew)
    #expect(try harbour.collect().marked.packs == 1)
    for _ in 0..<60 {
      harbour.pass(hours: 0.5)
      try writer.renewIfDue()
    }
    let report = try harbour.collect(omitting: isOmitted ? [.olderWriters] : [])
    #expect(report.deleted.packs == (isOmitted ? 1 : 0))
    let commit = {
      try writer.commit(manifest: written.id.bytes, at: Sample.time, closure: [written.id])
    }
    if isOmitted {
      #expect(throws: Problem.self) { _ = try commit() }
    } else {
      _ = try commit()
      #expect(try harbour.isWhole())
    }
  }

  @Test("Packs of a running backup are not marked, however long it runs", arguments: [false, true])
  func youngPacks(isOmitted: Bool) throws {
    let writer = try harbour.repository.beginSnapshot(parent: nil)
    _ = try writer.makeEncoder().write(Sample.bytes(3000, seed: 1).span)
    try writer.flush()
    for _ in 0..<60 {
      harbour.pass(hours: 0.5)
      try writer.renewIfDue()
    }
    let report = try harbour.collect(omitting: isOmitted ? [.youngPacks] : [])
    #expect(report.marked.packs == (isOmitted ? 1 : 0))
    try writer.abandon()
  }

  @Test(
    "What two collectors have marked each for the other's sake is copied",
    arguments: [false, true]
  )
  func collectorsAvoidMarks(isOmitted: Bool) throws {
    let writers = try (0..<2).map { _ in try harbour.repository.beginSnapshot(parent: nil) }
    for writer in writers {
      let id = try writer.makeEncoder().write(Sample.bytes(3000, seed: 1).span).id
      _ = try writer.commit(manifest: id.bytes, at: Sample.time, closure: [id])
    }
    let packs = try harbour.packs()
    #expect(packs.count == 2)
    for pack in packs.compactMap(Pack.id) {
      try Mark.put([pack], isSwept: false, in: harbour.repository)
    }
    harbour.pass(hours: 25)
    let report = try harbour.collect(omitting: isOmitted ? [.collectorsAvoidMarks] : [])
    #expect(report.rescued == (isOmitted ? 0 : 1))
    if isOmitted { return }
    #expect(try report.deleted.packs + harbour.collect().deleted.packs == 2)
    #expect(try harbour.isWhole())
  }

  @Test(
    "What has come to be needed since the mark is copied, not deleted",
    arguments: [false, true]
  )
  func recomputed(isOmitted: Bool) throws {
    let pack = try makeDead([1])
    try harbour.collect()
    // As by a writer that was killed between its manifest and its second look.
    let careless = harbour.repository.omitting([.writersAvoidMarks, .checkedAgain])
    try harbour.take([1], in: careless)
    harbour.pass(hours: 25)
    let report = try harbour.collect(omitting: isOmitted ? [.recomputed] : [])
    #expect(report.deleted.packs == (isOmitted ? 1 : 0))
    #expect(report.rescued == (isOmitted ? 0 : 1))
    #expect(try harbour.packs().contains(pack) != isOmitted)
    if isOmitted {
      #expect(throws: Problem.self) { try harbour.isWhole() }
    } else {
      #expect(try harbour.isWhole())
    }
  }

  @Test("An unmark that comes at the last moment counts", arguments: [false, true])
  func unmarks(isOmitted: Bool) throws {
    let pack = try makeDead([1])
    try harbour.collect()
    harbour.pass(hours: 25)
    let harbour = harbour
    let repository = try interrupted(.after, at: { $0.target == "index" && $0.verb == .list }) {
      let marks = try harbour.repository.undoMarks()
      #expect(marks == 1)
    }
    try harbour.collect(omitting: isOmitted ? [.unmarks] : [], through: repository)
    #expect(try harbour.packs().contains(pack) != isOmitted)
  }

  @Test("An unmark counts, also when another collector has said its mark again meanwhile")
  func saidAgain() throws {
    let pack = try makeDead([1])
    try harbour.collect()
    harbour.pass(hours: 25)
    let harbour = harbour
    let repository = try interrupted(.after, at: { $0.target == "index" && $0.verb == .list }) {
      _ = try harbour.repository.undoMarks()
      try harbour.collect()
      try harbour.collect()
      let unmarks = try harbour.store.list("unmarks")
      #expect(unmarks.isEmpty)
    }
    try harbour.collect(through: repository)
    #expect(try harbour.packs().contains(pack))
    harbour.pass(hours: 25)
    #expect(try harbour.collect().deleted.packs == 1)
  }

  @Test("A mark outlasts its packs by the grace period", arguments: [false, true])
  func lastingMarks(isOmitted: Bool) throws {
    _ = try makeDead([1])
    try harbour.collect()
    harbour.pass(hours: 25)
    let rules: Set<Safeguard> = isOmitted ? [.lastingMarks] : []
    #expect(try harbour.collect(omitting: rules).deleted.packs == 1)
    try harbour.collect(omitting: rules)
    #expect(try harbour.store.list("marks").count == (isOmitted ? 0 : 1))
    harbour.pass(hours: 25)
    try harbour.collect()
    #expect(try harbour.store.list("marks").isEmpty)
  }

  @Test("Without the right to delete, a sweep says so, and whoever has it can finish")
  func noRightToDelete() throws {
    let pack = try makeDead([1])
    try harbour.collect()
    harbour.pass(hours: 25)
    let refusing = FaultyStore(harbour.store) { $0.verb == .delete ? .failBefore : .none }
    let repository = try harbour.repository(through: refusing)
    let problem = #expect(throws: Problem.self) { try harbour.collect(through: repository) }
    #expect(problem?.code == "store.fault")
    #expect(try harbour.packs().contains(pack))
    #expect(try harbour.isWhole())
    try harbour.take([1])
    #expect(try harbour.isWhole())
    #expect(try harbour.collect().deleted.packs == 1)
    #expect(try harbour.isWhole() && !harbour.packs().contains(pack))
  }

  @Test("The grace period is twice the longest lease, and never less than was asked")
  func grace() throws {
    _ = try makeDead([1])
    try harbour.collect { $0.grace = 60 }
    harbour.pass(hours: 1.9)
    #expect(try harbour.collect { $0.grace = 60 }.deleted.packs == 0)
    #expect(try harbour.collect(omitting: [.grace]).deleted.packs == 1)
  }

  /// A repository with everything that a collection can meet: dead, half-dead, marked and swept.
  private func makeBusy() throws {
    let dead = try harbour.take([1, 2])
    try harbour.repository.forget([dead.name])
    try harbour.collect()
    harbour.pass(hours: 25)
    let half = try harbour.take(Array(10...19))
    try harbour.take([10, 30])
    let other = try harbour.take([40])
    try harbour.repository.forget([half.name, other.name])
    harbour.pass(hours: 2)
  }

  @Test("A kill at any call leaves every snapshot whole, and the next runs finish the work")
  func killedAnywhere() throws {
    try makeBusy()
    let start = harbour.store.contents
    var number = 0
    var isKilled = true
    while isKilled {
      number += 1
      let here = try Harbour(copying: start, of: harbour)
      here.pass(hours: 25)
      let last = number
      let faulty = FaultyStore(here.store) { operation in
        operation.number < last ? .none : operation.number == last ? .failAfter : .failBefore
      }
      do {
        let repository = try here.repository(through: faulty)
        try here.collect(through: repository)
        isKilled = false
      } catch is Problem {
        #expect(try here.isWhole(), "killed at call \(number)")
      }
      for _ in 0..<5 {
        here.pass(hours: 26)
        try here.collect()
      }
      #expect(try here.packs().count == 2, "killed at call \(number)")
      #expect(try here.isWhole())
      #expect(try here.store.list("marks").isEmpty && here.store.list("leases").isEmpty)
    }
    #expect(number > 40)
  }

  @Test("A writer or another collector may come between any two calls", arguments: [false, true])
  func anywhere(isWriter: Bool) throws {
    try makeBusy()
    let start = harbour.store.contents
    var number = 1
    while true {
      let here = try Harbour(copying: start, of: harbour)
      here.pass(hours: 25)
      let target = number
      let visits = Mutex(0)
      let faulty = FaultyStore(
        here.store,
        hook: { operation, moment in
          guard operation.number == target, moment == .before else { return }
          visits.withLock { $0 += 1 }
          do {
            if isWriter { try here.take([1, 15, 40]) } else { try here.collect() }
          } catch {
            Issue.record(error, "at call \(target)")
          }
        }
      )
      do {
        try here.collect(through: try here.repository(through: faulty))
      } catch let problem as Problem {
        // Refusing is right where somebody comes at the wrong moment; losing is not.
        #expect(problem.kind != .damaged, "at call \(number): \(problem)")
      }
      if visits.withLock({ $0 }) == 0 { break }
      #expect(try here.isWhole(), "at call \(number)")
      for _ in 0..<3 {
        here.pass(hours: 26)
        try here.collect()
        #expect(try here.isWhole(), "at call \(number)")
      }
      number += 1
    }
    #expect(number > 40)
  }
}
