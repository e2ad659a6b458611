internal import Migration
internal import Postgres
internal import SQLSyntax

/// Reads on the scratch what rules must know beside what a statement did.
final class FactObserver: RunObserver {
  /// The statements that ran, in order, as `ScratchObserver` has their observations.
  private(set) var statements: [Statement] = []
  /// What was there before the patch.
  private(set) var before = CatalogFacts()
  /// Foreign keys after the patch; nil when it did not end.
  private(set) var foreignKeys: [CatalogFacts.ForeignKey]?

  func willBegin(_ patch: Patch, on connection: Connection) throws {
    // Called again on a retry, like everything that observes.
    self.statements = []
    foreignKeys = nil
    let statements = [patch.script, patch.undo].compactMap { $0 }.flatMap(\.statements)
    let names = statements.flatMap(\.syntax.actions).compactMap(\.table?.name)
    before = try CatalogFacts.read(connection, columnsOf: Set(names))
  }

  func didRun(
    _ statement: Statement,
    _ outcome: StatementOutcome,
    on connection: Connection
  ) throws {
    // A backfill's one statement runs many times and is observed as one.
    guard !statement.isBatch || statements.isEmpty else { return }
    statements.append(statement)
    // After a failure the transaction answers no more.
    guard outcome.failure == nil,
      !statement.syntax.settings.isDisjoint(with: ["search_path", "*"])
    else { return }
    before.searchPath = try CatalogFacts.searchPath(connection) + before.searchPath
  }

  func beforeCommit(_ patch: Patch, on connection: Connection) throws {
    foreignKeys = try CatalogFacts.foreignKeys(connection)
  }
}
