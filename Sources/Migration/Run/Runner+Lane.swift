private import Dispatch

extension Runner {
  /// Runs blocking work on a thread of its own; cancelling the task interrupts the run.
  ///
  /// - Parameter work: What to do with the runner.
  /// - Returns: What the work returned.
  /// - Throws: What the work threw.
  public func onOwnLane<Value: Sendable>(
    _ work: @escaping @Sendable (Runner) throws -> Value
  ) async throws -> Value {
    let lane = DispatchQueue(label: "drydock.runner")
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        lane.async { continuation.resume(with: Result { try work(self) }) }
      }
    } onCancel: {
      interruption.request()
    }
  }
}
