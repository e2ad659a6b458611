import Dispatch
import Foundation
import Synchronization
import TestSupport

/// Lets actors, each on a thread of its own, go one store call at a time in an order that a seed
/// decides, under a clock of its own.
///
/// Exactly one actor runs at any moment: the real code is interleaved, and nothing happens at once.
final class Stage: Sendable {
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

    /// Chooses who goes next: somebody who is awake, or who wakes first; nil when all are done.
    mutating func next() -> Int? {
      let left = parts.indices.filter { !parts[$0].isDone }
      guard let first = left.map({ parts[$0].wakes }).min() else { return nil }
      now = max(now + Double(dice.next() % 20), first)
      let awake = left.filter { parts[$0].wakes <= now }
      return awake[Int(dice.next() % UInt64(awake.count))]
    }
  }

  static let start = 1_769_900_000.0

  let state: Mutex<State>
  private let over = DispatchSemaphore(value: 0)

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
      self.end(number)
    }
    thread.stackSize = 4 << 20
    thread.start()
  }

  /// An actor gives way; it may also fall asleep for some seconds.
  ///
  /// It wakes the next one itself, and goes on without a change of threads where that is itself.
  func yield(_ number: Int, sleeping seconds: Double = 0) {
    let (next, turn) = state.withLock { state in
      state.parts[number].wakes = state.now + seconds
      return (state.next(), state.parts[number].turn)
    }
    if next == number { return }
    wake(next)
    turn.wait()
  }

  /// Plays until all actors are done.
  func play() {
    wake(state.withLock { $0.next() })
    over.wait()
  }

  private func end(_ number: Int) {
    let next = state.withLock { state in
      state.parts[number].isDone = true
      return state.next()
    }
    wake(next)
  }

  private func wake(_ next: Int?) {
    (next.map { number in state.withLock { $0.parts[number].turn } } ?? over).signal()
  }
}
