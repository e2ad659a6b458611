internal import Catalog
internal import Migration
internal import Postgres

/// Watches for the observation and for the facts at once.
final class PatchWatch: RunObserver {
  let scratch: ScratchObserver
  let facts = FactObserver()

  init(_ watch: ScratchWatch) { scratch = ScratchObserver(watch) }

  func willBegin(_ patch: Patch, on connection: Connection) throws {
    try facts.willBegin(patch, on: connection)
    try scratch.willBegin(patch, on: connection)
  }

  func willRun(_ statement: Statement, on connection: Connection) throws {
    try scratch.willRun(statement, on: connection)
  }

  func didRun(
    _ statement: Statement,
    _ outcome: StatementOutcome,
    on connection: Connection
  ) throws {
    try scratch.didRun(statement, outcome, on: connection)
    try facts.didRun(statement, outcome, on: connection)
  }

  func beforeCommit(_ patch: Patch, on connection: Connection) throws {
    try scratch.beforeCommit(patch, on: connection)
    try facts.beforeCommit(patch, on: connection)
  }

  /// What the rules look at.
  ///
  /// - Parameters:
  ///   - script: what ran: a patch, or its undo file.
  ///   - observation: what was seen.
  ///   - patch: what the patch did that the script took back at once; nil for a patch.
  /// - Returns: the evidence.
  func evidence(
    _ script: Script,
    _ observation: PatchObservation,
    takingBack patch: ChangeSet? = nil
  ) -> Evidence {
    Evidence(
      script,
      observation,
      statements: facts.statements,
      before: facts.before,
      foreignKeys: facts.foreignKeys,
      takingBack: patch
    )
  }
}
