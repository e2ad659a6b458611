internal import Postgres
internal import SQLSyntax

/// What the steps that an earlier run committed had set for their session, and later steps rely on.
///
/// A run that goes on has a fresh session: `SET ROLE` or `SET search_path` of a step that is done
/// would be lost, and the rest of the patch would mean something else.
struct EarlierSettings {
  /// Statements that change the session and nothing else, in order.
  let statements: [Statement]

  init(_ script: Script, _ progress: Progress) {
    statements = zip(1..., script.steps).filter { progress.isDone($0.0) }
      .flatMap { $0.1.statements }
      .filter(Self.onlySets)
  }

  /// `SELECT set_config(...)`, the first line of what pg_dump writes, does so too where nothing else
  /// is called.
  private static func onlySets(_ statement: Statement) -> Bool {
    let syntax = statement.syntax
    if ["VariableSetStmt", "DiscardStmt"].contains(syntax.kind) { return true }
    let calls = statement.text.utf8.count { $0 == UInt8(ascii: "(") }
    return syntax.kind == "SelectStmt" && !syntax.settings.isEmpty && calls == 1
  }

  /// Sends them again; what held for a transaction only has no effect outside one.
  func send(over connection: Connection) throws {
    for statement in statements {
      do {
        try connection.query(statement.text, [])
      } catch {
        throw StatementRunner.Failure(statement: statement, error: error)
      }
    }
    _ = connection.takeNotices()
  }
}
