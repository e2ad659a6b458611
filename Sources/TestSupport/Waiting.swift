internal import Glibc

/// Waits as long as something is so that another process or another thread will change.
///
/// It sleeps between two looks: one that asks without a pause takes the time of whoever it waits
/// for. There is no limit here; a test that can wait in vain has to look for that too.
///
/// - Parameter condition: What has to end.
/// - Throws: What `condition` threw.
public func waitWhile(_ condition: @autoclosure () throws -> Bool) rethrows {
  while try condition() { usleep(2_000) }
}

/// The same for whoever awaits, and so holds none of the threads that tasks share.
///
/// There are only as many of those as the machine has cores: tests that waited on all of them, for
/// what another task was to do, would wait for ever.
///
/// - Parameter condition: What has to end.
/// - Throws: What `condition` threw, or `CancellationError`.
public func waitWhile(_ condition: @autoclosure () throws -> Bool) async throws {
  while try condition() { try await Task.sleep(for: .milliseconds(2)) }
}
