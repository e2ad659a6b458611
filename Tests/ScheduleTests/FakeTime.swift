import Foundation
import Schedule
import Synchronization

/// A clock that moves only when a test moves it, and knows who waits.
final class FakeTime: Sendable {
  private struct Sleeper {
    let id: Int
    let wakes: Date
    let continuation: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var now: Date
    var sleepers: [Sleeper] = []
    var cancelled: Set<Int> = []
    var count = 0
    /// Lengths of all pauses, in seconds.
    var pauses: [Double] = []
  }

  private let state: Mutex<State>
  /// Whether a pause is over at once, its time passed.
  private let isEager: Bool

  init(_ text: String, isEager: Bool = false) throws {
    state = Mutex(State(now: try Date(text, strategy: .iso8601)))
    self.isEager = isEager
  }

  var now: Date { state.withLock { $0.now } }
  var pauses: [Double] { state.withLock { $0.pauses } }

  var clock: WallClock {
    WallClock(now: { self.now }, pause: { try await self.pause($0) })
  }

  /// Waits until so many pauses are under way, then goes to the first end of one.
  func step(whenWaiting count: Int) async {
    while state.withLock({ $0.sleepers.count }) < count { await Task.yield() }
    let woken = state.withLock { state in
      let next = state.sleepers.map(\.wakes).min() ?? state.now
      state.now = next
      let woken = state.sleepers.filter { $0.wakes <= next }
      state.sleepers.removeAll { $0.wakes <= next }
      return woken
    }
    for sleeper in woken { sleeper.continuation.resume() }
  }

  /// Sets the clock, as an administrator does; who waits goes on waiting for as long as before.
  func set(_ text: String) throws {
    let date = try Date(text, strategy: .iso8601)
    state.withLock { state in
      let jump = date.timeIntervalSince(state.now)
      state.now = date
      state.sleepers = state.sleepers.map {
        Sleeper(id: $0.id, wakes: $0.wakes + jump, continuation: $0.continuation)
      }
    }
  }

  private func pause(_ length: Duration) async throws {
    try Task.checkCancellation()
    let seconds = length / .seconds(1)
    let id = state.withLock { state in
      state.pauses.append(seconds)
      state.count += 1
      if isEager { state.now += seconds }
      return state.count
    }
    if isEager { return }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let isCancelled = state.withLock { state in
          guard !state.cancelled.contains(id) else { return true }
          state.sleepers.append(
            Sleeper(id: id, wakes: state.now + seconds, continuation: continuation)
          )
          return false
        }
        if isCancelled { continuation.resume(throwing: CancellationError()) }
      }
    } onCancel: {
      let sleeper = state.withLock { state in
        state.cancelled.insert(id)
        let found = state.sleepers.first { $0.id == id }
        state.sleepers.removeAll { $0.id == id }
        return found
      }
      sleeper?.continuation.resume(throwing: CancellationError())
    }
  }
}
