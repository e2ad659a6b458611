internal import Glibc

/// Waiting for what somebody else is to change, with a pause between two looks: who asks without one
/// takes the time of whoever it waits for.
///
/// There is no limit here; a test that could wait in vain looks for that too.
public enum Wait {
  /// Waits for another process or another thread.
  ///
  /// - Parameter condition: What has to end.
  /// - Throws: What `condition` threw.
  public static func asLongAs(_ condition: @autoclosure () throws -> Bool) rethrows {
    while try condition() { usleep(2_000) }
  }

  /// Waits for another task, and so holds none of the threads that tasks share.
  ///
  /// There are only as many of those as the machine has cores: tests that wait on all of them, for
  /// what another task is to do, wait for ever.
  ///
  /// - Parameter condition: What has to end.
  /// - Throws: What `condition` threw, or `CancellationError`.
  public static func asLongAs(_ condition: @autoclosure () throws -> Bool) async throws {
    while try condition() { try await Task.sleep(for: .milliseconds(2)) }
  }
}
