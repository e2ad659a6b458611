import Foundation
import ObjectStore
import Problems
import Synchronization

@testable import Repository

/// One actor's way to the common store: it gives way before every call, may sleep there for days or
/// be killed, and may be shown listings that are not those of now.
final class StagedStore: ObjectStore {
  /// What happens to the actor at its calls.
  struct Fate: Sendable {
    /// One of so many calls puts it to sleep for up to 80 hours; 0 for never.
    var sleepsOneIn = 0
    /// The call at which it dies; nil for never.
    var diesAt: Int?
    /// What else may happen.
    var mishap = Mishap.none
  }

  private struct State {
    var fate = Fate()
    /// What the actor wrote, in whatever task.
    var written: Set<ObjectName> = []
    var calls = 0
    var hasSlept = false
    var removed: Set<ObjectName> = []
    /// Which directories are behind, and by how many seconds.
    var lag: (group: Int, seconds: Int)?
    var hasListedSnapshots = false
  }

  private let past: PastStore
  private let stage: Stage
  private let number: Int
  private let state = Mutex(State())

  init(_ past: PastStore, _ stage: Stage, _ number: Int) {
    self.past = past
    self.stage = stage
    self.number = number
  }

  /// Begins a task with a fate of its own.
  func begin(_ fate: Fate) {
    state.withLock { state in
      let written = state.written
      state = State(fate: fate, written: written)
    }
  }

  /// Whether the actor slept at a call since its task began.
  var hasSlept: Bool { state.withLock { $0.hasSlept } }

  /// What the actor has removed since its task began.
  var removed: Set<ObjectName> { state.withLock { $0.removed } }

  var location: String { "stage" }

  func put(_ name: ObjectName, _ bytes: [UInt8]) throws {
    // Long uploads: what is written appears when the call ends.
    try pass(isCritical: true, isDeed: name.text.hasPrefix("snapshots/"))
    try past.put(name, bytes)
    state.withLock { _ = $0.written.insert(name) }
  }

  func get(_ name: ObjectName) throws -> [UInt8] {
    try pass()
    return try past.base.get(name)
  }

  func get(_ name: ObjectName, range: Range<Int>) throws -> [UInt8] {
    try pass()
    return try past.base.get(name, range: range)
  }

  func isNear(_ name: ObjectName, range: Range<Int>) -> Bool { true }

  func size(of name: ObjectName) throws -> Int {
    try pass()
    return try past.base.size(of: name)
  }

  func list(_ directory: String) throws -> [ObjectInfo] {
    try pass()
    switch state.withLock({ $0.fate.mishap }) {
    case .oldListings where stage.roll(3) == 0:
      return listed(directory, secondsAgo: stage.roll(Self.longestLag))
    case .laggingDirectories:
      return listed(directory, secondsAgo: lag(of: directory))
    case .partialListings where directory == SnapshotName.directory:
      return partial(try past.base.list(directory))
    default:
      return try past.base.list(directory)
    }
  }

  /// Less than half of the grace period, as docs/format.md asks of a store.
  private static let longestLag = 11 * 3600

  /// Some directories are behind together: packs with their index, snapshots with leases, all, or
  /// each by its own chance.
  private func lag(of directory: String) -> Int {
    let long = stage.roll(2) == 0 ? Self.longestLag : stage.roll(Self.longestLag)
    let group = stage.roll(4)
    let chance = stage.roll(2) == 0
    return state.withLock { state in
      let lag = state.lag ?? (group, long)
      state.lag = lag
      switch lag.group {
      case 0: return ["packs", "index"].contains(directory) ? lag.seconds : 0
      case 1: return ["snapshots", "leases"].contains(directory) ? lag.seconds : 0
      case 2: return lag.seconds
      default: return chance ? lag.seconds : 0
      }
    }
  }

  private func listed(_ directory: String, secondsAgo seconds: Int) -> [ObjectInfo] {
    let written = state.withLock { $0.written }
    return past.list(
      directory,
      at: Int64(stage.now.timeIntervalSince1970) - Int64(seconds),
      written
    )
  }

  /// The first time without one of the objects, as where a page of a listing was lost.
  private func partial(_ listed: [ObjectInfo]) -> [ObjectInfo] {
    let isFirst = state.withLock { state in
      defer { state.hasListedSnapshots = true }
      return !state.hasListedSnapshots
    }
    guard isFirst, !listed.isEmpty, stage.roll(2) == 0 else { return listed }
    var partial = listed
    partial.remove(at: stage.roll(listed.count))
    return partial
  }

  func delete(_ name: ObjectName) throws {
    try pass(isCritical: true, isDeed: name.text.hasPrefix("packs/"))
    try past.delete(name)
    state.withLock { _ = $0.removed.insert(name) }
  }

  /// One call: others may go first, for a long time where this one sleeps.
  private func pass(isCritical: Bool = false, isDeed: Bool = false) throws {
    let (fate, calls) = state.withLock { state in
      state.calls += 1
      return (state.fate, state.calls)
    }
    var seconds = 0.0
    let rate = isCritical ? max(1, fate.sleepsOneIn / 4) : fate.sleepsOneIn
    if fate.sleepsOneIn > 0, stage.roll(rate) == 0 {
      seconds = Double(stage.roll(80 * 3600))
      state.withLock { $0.hasSlept = true }
    } else if fate.mishap == .sleepBeforeDeeds, isDeed, stage.roll(3) == 0 {
      seconds = Double(30 * 3600 + stage.roll(50 * 3600))
      state.withLock { $0.hasSlept = true }
    }
    stage.yield(number, sleeping: seconds)
    if let end = fate.diesAt, calls >= end {
      throw Problem(code: "model.killed", "the actor was killed")
    }
  }
}
