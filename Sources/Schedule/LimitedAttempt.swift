internal import Synchronization

/// One attempt at a task that may take only so long.
///
/// A task runs within this process, so nothing can kill it alone. It is asked to stop as Ctrl-C asks,
/// which ends its statements and its children; one that does not end for all that is left to itself,
/// so that hooks, pings and people hear of it.
struct LimitedAttempt: Sendable {
  /// How such an attempt ended.
  enum Ending: Sendable {
    /// It ended, by itself or because it took too long.
    case ended(Attempt, isLate: Bool)
    /// It was asked to stop and goes on all the same; ends when it does.
    case left(Task<Void, Never>)
  }

  /// How long it may take to stop: as long as systemd waits for the service of a plan.
  static let grace: Duration = .seconds(300)

  /// How long it may take.
  let limit: Duration
  /// Waits.
  let clock: WallClock

  /// Runs it, until it ends or does not.
  func run(_ work: @escaping @Sendable () async -> Attempt) async -> Ending {
    let (endings, told) = AsyncStream.makeStream(
      of: Ending.self,
      bufferingPolicy: .bufferingOldest(1)
    )
    let limitMark = LimitMark()
    let attempt = Task {
      let ended = await work()
      told.yield(.ended(ended, isLate: limitMark.isPassed))
    }
    let watch = Task {
      do {
        try await clock.pause(limit)
        limitMark.pass()
        attempt.cancel()
        try await clock.pause(Self.grace)
        told.yield(.left(attempt))
      } catch {
        // It has ended, or somebody else asks it to stop.
      }
    }
    defer { watch.cancel() }
    let ending = await withTaskCancellationHandler {
      await Self.first(of: endings)
    } onCancel: {
      watch.cancel()
      attempt.cancel()
    }
    return ending ?? .left(attempt)
  }

  /// Waits for the first of them in a task that nobody cancels: who is asked to stop has to end yet.
  private static func first(of endings: AsyncStream<Ending>) async -> Ending? {
    let first = Task { () -> Ending? in
      for await ending in endings { return ending }
      return nil
    }
    return await first.value
  }
}

/// Whether the limit of an attempt has passed: one task says so, another one asks.
private final class LimitMark: Sendable {
  private let state = Mutex(false)

  var isPassed: Bool { state.withLock { $0 } }

  func pass() { state.withLock { $0 = true } }
}
