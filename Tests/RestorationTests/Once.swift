import Synchronization

/// What a test does once in the middle of something else, and how that went.
final class Once: Sendable {
  private let body: @Sendable () throws -> Void
  private let outcome = Mutex<Result<Void, any Error>?>(nil)

  init(_ body: @escaping @Sendable () throws -> Void) { self.body = body }

  /// Does it, the first time.
  func run() {
    outcome.withLock { outcome in
      guard outcome == nil else { return }
      outcome = Result { try body() }
    }
  }

  /// Throws what it threw, or that it was never done.
  func require() throws {
    guard let outcome = outcome.withLock({ $0 }) else { throw NeverDone() }
    try outcome.get()
  }

  private struct NeverDone: Error {}
}
