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
  func evidence(_ patch: Patch, _ observation: PatchObservation) -> Evidence {
    Evidence(
      patch,
      observation,
      statements: facts.statements,
      before: facts.before,
      foreignKeys: facts.foreignKeys
    )
  }
}
