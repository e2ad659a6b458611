import Foundation
import ObjectStore
import Problems
import Synchronization

/// One actor's way to the common store: it gives way before every call, may sleep there for days or
/// be killed, and may be shown listings of some hours ago.
final class StagedStore: ObjectStore {
  /// What happens to the actor at its calls.
  struct Fate: Sendable {
    /// One of so many calls puts it to sleep for up to 80 hours; 0 for never.
    var sleepsOneIn = 0
    /// The call at which it dies; nil for never.
    var diesAt: Int?
    /// Whether listings may be behind.
    var hasStaleListings = false
  }

  private struct State {
    var fate = Fate()
    var calls = 0
    var hasSlept = false
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
    state.withLock { $0 = State(fate: fate) }
  }

  /// Whether the actor slept at a call since its task began.
  var hasSlept: Bool { state.withLock { $0.hasSlept } }

  var location: String { "stage" }

  func put(_ name: ObjectName, _ bytes: [UInt8]) throws {
    // Long uploads: what is written appears when the call ends.
    try pass(isCritical: true)
    try past.put(name, bytes)
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
    guard state.withLock({ $0.fate.hasStaleListings }), stage.roll(3) == 0 else {
      return try past.base.list(directory)
    }
    let seconds = stage.roll(6 * 3600)
    return past.list(directory, at: Int64(stage.now.timeIntervalSince1970) - Int64(seconds))
  }

  func delete(_ name: ObjectName) throws {
    try pass(isCritical: true)
    try past.delete(name)
  }

  /// One call: others may go first, for a long time where this one sleeps.
  private func pass(isCritical: Bool = false) throws {
    let (fate, calls) = state.withLock { state in
      state.calls += 1
      return (state.fate, state.calls)
    }
    var seconds = 0.0
    let rate = isCritical ? max(1, fate.sleepsOneIn / 4) : fate.sleepsOneIn
    if fate.sleepsOneIn > 0, stage.roll(rate) == 0 {
      seconds = Double(stage.roll(80 * 3600))
      state.withLock { $0.hasSlept = true }
    }
    stage.yield(number, sleeping: seconds)
    if let end = fate.diesAt, calls >= end {
      throw Problem(code: "model.killed", "the actor was killed")
    }
  }
}
