internal import Postgres
internal import Problems
internal import SQLSyntax

/// Sends the statements of one patch over its connection, and tells the observer.
struct StatementRunner {
  let connection: Connection
  let observer: (any RunObserver)?
  let interruption: Interruption

  /// A statement that the server refused.
  struct Failure: Error {
    var statement: Statement
    var error: PostgresError
  }

  /// Runs one statement.
  ///
  /// One call sends one statement: the extended protocol refuses several, so nothing can hide
  /// behind a semicolon that the splitter has not seen.
  ///
  /// - Parameters:
  ///   - statement: What to send.
  ///   - parameters: The values of its parameters; only a backfill's statement has any.
  /// - Returns: The rows of its result; nil for a COPY.
  /// - Throws: A `Failure` when the server refuses it, and what the observer throws.
  @discardableResult
  func run(_ statement: Statement, _ parameters: [Parameter] = []) throws -> Rows? {
    try interruption.check()
    try observer?.willRun(statement, on: connection)
    let clock = ContinuousClock()
    let start = clock.now
    var rows: Rows?
    var affected = 0
    var failure: PostgresError?
    do {
      (rows, affected) = try send(statement, parameters)
    } catch let error as PostgresError {
      failure = error
    }
    let outcome = StatementOutcome(
      seconds: (clock.now - start) / .seconds(1),
      affected: affected,
      notices: connection.takeNotices(),
      failure: failure
    )
    try observer?.didRun(statement, outcome, on: connection)
    if let failure { throw Failure(statement: statement, error: failure) }
    try requireReadable(after: statement)
    return rows
  }

  /// Settings on which the rest of the file depends: it was split and is sent under them.
  private static let readAs = ["client_encoding": "UTF8", "standard_conforming_strings": "on"]

  /// Throws when a statement changed what the following ones mean; the server reports both settings.
  private func requireReadable(after statement: Statement) throws(Problem) {
    for (setting, value) in Self.readAs where connection.reported(setting) != value {
      throw Problem(
        .failed,
        code: "migrate.unreadable-setting",
        "\(statement.place): the statement sets \(setting), under which the rest of the patch would"
          + " mean something else",
        hint: "Patches are read with \(setting) = \(value): take the statement out."
      )
    }
  }

  private func send(
    _ statement: Statement,
    _ parameters: [Parameter]
  ) throws -> (Rows?, Int) {
    guard let data = statement.copyData else {
      if statement.syntax.copy == .toClient {
        return (nil, try connection.copyOut(statement.text) { _ in })
      }
      let rows = try connection.query(statement.text, parameters)
      return (rows, rows.affected)
    }
    let stored = try connection.copyIn(statement.text) { writer in try writer.write(data) }
    return (nil, stored)
  }
}

extension StatementRunner.Failure {
  /// The failure for a person: where, the server's words, and what is left of the patch.
  ///
  /// DETAIL and CONTEXT stay out: they can hold row data.
  func problem(_ patch: Patch, _ kind: Problem.Kind, hint: String) -> Problem {
    let position = error.position.map { statement.position(ofCharacter: $0) } ?? statement.position
    var facts = [
      Problem.Fact("patch", patch.name.stem), Problem.Fact("statement", statement.headline),
    ]
    if let table = error.table { facts.append(Problem.Fact("table", table)) }
    if let constraint = error.constraint { facts.append(Problem.Fact("constraint", constraint)) }
    return Problem(
      kind,
      code: "migrate.statement-failed",
      "\(statement.file):\(position.line):\(position.column): statement \(statement.number) failed",
      reason: error.reason,
      facts: facts,
      hint: [error.hint, hint].compactMap { $0 }.joined(separator: " "),
      isRetryable: error.isRetryable
    )
  }
}
