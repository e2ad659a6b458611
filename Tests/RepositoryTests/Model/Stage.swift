import Dispatch
import Foundation
import Synchronization
import TestSupport

/// Lets actors, each on a thread of its own, go one store call at a time in an order that a seed
/// decides, under a clock of its own.
///
/// Exactly one actor runs at any moment: the real code is interleaved, and nothing happens at once.
final class Stage: Sendable {
  /// The end of the whole play, for an actor that still sleeps then.
  struct Over: Error {}

  struct Part {
    var turn = DispatchSemaphore(value: 0)
    /// Until when the actor is asleep.
    var wakes = 0.0
    var isDone = false
  }

  struct State {
    var parts: [Part] = []
    var now = Stage.start
    var dice: SeededGenerator
  }

  static let start = 1_769_900_000.0

  let state: Mutex<State>
  private let yielded = DispatchSemaphore(value: 0)

  init(seed: UInt64) {
    state = Mutex(State(dice: SeededGenerator(seed: seed)))
  }

  /// The virtual time.
  var now: Date { Date(timeIntervalSince1970: state.withLock { $0.now }) }

  /// A number below a limit, from the seed.
  func roll(_ limit: Int) -> Int {
    state.withLock { Int($0.dice.next() % UInt64(limit)) }
  }

  /// Adds an actor; it begins when the play does.
  func add(_ body: @escaping @Sendable (_ number: Int) -> Void) {
    let (number, turn) = state.withLock { state in
      state.parts.append(Part())
      return (state.parts.count - 1, state.parts[state.parts.count - 1].turn)
    }
    let thread = Thread {
      turn.wait()
      body(number)
      self.state.withLock { $0.parts[number].isDone = true }
      self.yielded.signal()
    }
    thread.stackSize = 4 << 20
    thread.start()
  }

  /// An actor gives way; it may also fall asleep for some seconds.
  func yield(_ number: Int, sleeping seconds: Double = 0) {
    let turn = state.withLock { state in
      state.parts[number].wakes = state.now + seconds
      return state.parts[number].turn
    }
    yielded.signal()
    turn.wait()
  }

  /// Plays until all actors are done.
  func play() {
    while let turn = next() {
      turn.signal()
      yielded.wait()
    }
  }

  /// Chooses who goes next: somebody who is awake, or who wakes first.
  private func next() -> DispatchSemaphore? {
    state.withLock { state in
      let left = state.parts.indices.filter { !state.parts[$0].isDone }
      guard let first = left.map({ state.parts[$0].wakes }).min() else { return nil }
      state.now = max(state.now + Double(state.dice.next() % 20), first)
      let now = state.now
      let awake = left.filter { state.parts[$0].wakes <= now }
      return state.parts[awake[Int(state.dice.next() % UInt64(awake.count))]].turn
    }
  }
}
