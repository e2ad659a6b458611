internal import Dispatch
internal import Processes
internal import Synchronization
internal import Terminal

/// Turns the first SIGINT or SIGTERM into a call, and leaves the second one to the system.
///
/// The first signal asks the work to stop cleanly. Whoever sends another one does not want to wait,
/// so the default action is restored and the process ends at once.
final class SignalWatch {
  /// The first signal that came.
  private final class First: Sendable {
    private let number = Mutex<Int32?>(nil)

    var received: Int32? { number.withLock { $0 } }

    /// Notes a signal; tells whether it is the first.
    func note(_ signal: Int32) -> Bool {
      number.withLock { number in
        guard number == nil else { return false }
        number = signal
        return true
      }
    }
  }

  private static let numbers = [Signal.interrupt.rawValue, Signal.terminate.rawValue]
  private let first = First()
  private var sources: [any DispatchSourceSignal] = []

  /// Begins to watch; `stop` is called on a queue of its own, at most once.
  func start(_ stop: @escaping @Sendable () -> Void) {
    let queue = DispatchQueue(label: "drydock.signals")
    for number in Self.numbers {
      ProcessSurroundings.ignore(number)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      // Without @Sendable the closure would inherit the caller's isolation and trap when it fires.
      source.setEventHandler { @Sendable [first] in
        guard first.note(number) else { return }
        for number in Self.numbers { ProcessSurroundings.restoreDefault(number) }
        stop()
      }
      source.resume()
      sources.append(source)
    }
  }

  /// Whether a signal has come; may be asked from any thread.
  var isStopping: @Sendable () -> Bool { { [first] in first.received != nil } }

  /// The status of a run that was stopped: which signal asked for it.
  var status: ExitStatus {
    first.received == Signal.terminate.rawValue ? .terminated : .interrupted
  }
}
