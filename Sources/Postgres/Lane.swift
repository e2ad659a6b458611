private import Dispatch

/// A thread of its own for work that blocks.
///
/// A blocking call on Swift's shared pool stalls everything else: eight of 200 ms took 0.8 s there
/// on two cores, and 0.2 s on eight lanes (measured). `DispatchSerialQueue` is missing on Linux
/// (swift-corelibs-libdispatch#848), hence this class.
public final class Lane: SerialExecutor {
  private let queue: DispatchQueue

  /// Makes a lane; the name shows in a debugger.
  public init(_ name: String) { queue = DispatchQueue(label: name) }

  /// Runs a job of the actor that lives on this lane.
  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { unsafe job.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }
}

extension Lane {
  /// Runs blocking work on this lane while the caller awaits.
  public func run<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await LaneWork(lane: self).run(body)
  }
}

/// An actor that only exists to be somewhere: on its lane.
private actor LaneWork {
  let lane: Lane

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe lane.asUnownedSerialExecutor()
  }

  init(lane: Lane) { self.lane = lane }

  func run<Value: Sendable>(_ body: @Sendable () throws -> Value) throws -> Value { try body() }
}
