internal import Synchronization

/// What a run has said so far, and what went wrong around it; written by one hook after the other.
final class RunNotes: Sendable {
  private struct State {
    var log = ""
    var troubles: [String] = []
  }

  private let state = Mutex(State())

  /// Everything that was said.
  var log: String { state.withLock { $0.log } }
  /// What went wrong around the task.
  var troubles: [String] { state.withLock { $0.troubles } }

  /// Adds to the log.
  func say(_ text: String) { state.withLock { $0.log += text } }

  /// Adds something that went wrong, which stands in the log too.
  func add(trouble: String) {
    state.withLock { state in
      state.troubles.append(trouble)
      state.log += "warning: \(trouble)\n"
    }
  }
}
