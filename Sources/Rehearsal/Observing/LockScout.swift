internal import Migration
internal import Postgres
internal import Problems

/// Runs a `lock-first` patch once in a transaction that is taken back, to see what it locks.
///
/// Only a rehearsal that took the same locks at the same moment shows that they can be taken, for how
/// long they are held, and that no privilege for LOCK TABLE is missing.
final class LockScout: RunObserver {
  private let observer: ScratchObserver

  /// Ends the run before its COMMIT.
  private struct Enough: Error {}

  init(_ watch: ScratchWatch) { observer = ScratchObserver(watch) }

  /// What is to be locked at the head.
  ///
  /// - Parameters:
  ///   - patch: the patch.
  ///   - held: the runner.
  ///   - isTable: whether a relation can be locked by its name, and is there before the patch.
  /// - Returns: the locks; none for a patch that fails, as the run that counts will show.
  /// - Throws: what keeps a patch from being tried at all.
  func locks(
    of patch: Patch,
    _ held: HeldRunner,
    where isTable: (String) -> Bool
  ) throws -> [Runner.TableLock] {
    do {
      try held.apply(patch, observer: self)
    } catch is Enough {
      // All of it has been seen.
    } catch let problem as Problem where problem.kind != .interrupted {
      try observer.finish()
      return []
    }
    try observer.finish()
    return Observation.Lock.first(observer.statements.flatMap(\.locks), where: isTable)
  }

  func willBegin(_ patch: Patch, on connection: Connection) throws {
    try observer.willBegin(patch, on: connection)
  }

  func willRun(_ statement: Statement, on connection: Connection) throws {
    try observer.willRun(statement, on: connection)
  }

  func didRun(
    _ statement: Statement,
    _ outcome: StatementOutcome,
    on connection: Connection
  ) throws {
    try observer.didRun(statement, outcome, on: connection)
  }

  func beforeCommit(_ patch: Patch, on connection: Connection) throws { throw Enough() }
}
