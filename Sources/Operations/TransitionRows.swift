internal import Postgres
internal import Problems

/// The rows of one batch, inside its transaction.
struct TransitionRows {
  /// What is done to each row.
  enum Change {
    case path([String], apply: String)
    /// Only of rows in this state, as the column has it; nil for any.
    case patch(MergePatch, in: String?)
  }

  /// Why a row stays as it was, without an error of the server.
  private struct Stays: Error {
    let outcome: String
    let message: String
  }

  let connection: Connection
  let table: TransitionTable
  let run: Int
  let change: Change

  /// Changes the rows, each in a savepoint, and records what became of each.
  func apply(to ids: [String]) throws -> TransitionResult {
    var result = TransitionResult(run: run)
    for id in ids {
      if let refusal = try apply(to: id) {
        result.refusals.append(.init(id: id, message: refusal))
      } else {
        result.done += 1
      }
    }
    return result
  }

  /// Changes one row; returns why it stays as it was, or nil where it was changed.
  private func apply(to id: String) throws -> String? {
    try connection.execute("SAVEPOINT drydock_row")
    do {
      let was = try body(id)
      // Constraints that wait for the end of the transaction would refuse the whole batch then.
      try connection.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
      try record(id, "done", was: was, message: nil)
      try connection.execute("RELEASE SAVEPOINT drydock_row")
      return nil
    } catch let error as PostgresError {
      guard Self.isAboutTheRow(error) else { throw error }
      return try undo(id, "refused", error.reason)
    } catch let stays as Stays {
      return try undo(id, stays.outcome, stays.message)
    }
  }

  private func undo(_ id: String, _ outcome: String, _ message: String) throws -> String {
    try connection.execute("ROLLBACK TO SAVEPOINT drydock_row; RELEASE SAVEPOINT drydock_row")
    try record(id, outcome, was: nil, message: message)
    return message
  }

  private func body(_ id: String) throws -> String? {
    switch change {
    case .path(let states, let apply): try walk(id, states, apply)
    case .patch(let patch, in: let state): try merge(id, patch, in: state)
    }
  }

  private func walk(_ id: String, _ states: [String], _ apply: String) throws -> String? {
    let column = table.state ?? "NULL"
    if let state = states.first { try requireState(id, state) }
    for state in states.dropFirst() {
      try connection.query(apply, [.text(id), .text(state)])
      // A statement that changes nothing, because its trigger is off for example, must not pass.
      let found = try value(of: column, id)
      guard found == state else {
        let message = "after the statement its state is \(found ?? "NULL"), not \(state)"
        throw Stays(outcome: "refused", message: message)
      }
    }
    return states.first
  }

  /// Refuses a row that is no longer in the state it was selected in; locks it.
  private func requireState(_ id: String, _ state: String) throws {
    guard try value(of: table.state ?? "NULL", id) == state else {
      throw Stays(outcome: "changed meanwhile", message: "it is no longer in the selected state")
    }
  }

  private func merge(_ id: String, _ patch: MergePatch, in state: String?) throws -> String? {
    if let state { try requireState(id, state) }
    let column = table.content ?? "NULL"
    let was = try value(of: column, id)
    let new = try patch.merged(with: was ?? "{}", connection)
    let found = try connection.query(
      """
      UPDATE \(table.name) SET \(column) = ($2::text)::\(table.contentType ?? "jsonb")
      WHERE \(table.id) = $1::\(table.idType) RETURNING \(column)::text
      """,
      [.text(id), .text(new)]
    )
    // A trigger or a rule may swallow the change, or take it back; what it adds is its own affair.
    guard found.count == 1 else {
      let message = "the update changed \(found.count == 0 ? "no row" : "\(found.count) rows")"
      throw Stays(outcome: "refused", message: message)
    }
    let content = try value(of: column, id) ?? "{}"
    guard try patch.isIn(content, connection) else {
      throw Stays(outcome: "refused", message: "its content does not read back as it was patched")
    }
    return was
  }

  /// A row's value as text, with the row locked until the transaction ends.
  private func value(of column: String, _ id: String) throws -> String? {
    let rows = try connection.query(
      """
      SELECT \(column)::text FROM \(table.name) WHERE \(table.id) = $1::\(table.idType) FOR UPDATE
      """,
      [.text(id)]
    )
    guard rows.count == 1 else {
      let message = rows.count == 0 ? "it is gone" : "\(rows.count) rows have this id"
      throw Stays(outcome: "changed meanwhile", message: message)
    }
    return rows.value
  }

  private func record(_ id: String, _ outcome: String, was: String?, message: String?) throws {
    try connection.query(
      """
      INSERT INTO drydock.transition_rows (run, id, outcome, was, message)
      VALUES ($1, $2, $3, $4, $5)
      """,
      [Parameter(run), .text(id), .text(outcome), Parameter(was), Parameter(message)]
    )
  }

  /// Whether an error concerns one row; others would meet every row, so they end the batch.
  ///
  /// Classes of SQLSTATE (PostgreSQL manual, Appendix A): a lost connection, a wrong statement, a
  /// transaction that takes no writes, resources, an administrator, the server itself. A refused right
  /// may come from row security, which is about a row.
  private static func isAboutTheRow(_ error: PostgresError) -> Bool {
    guard !error.isConnectionLost, let state = error.sqlState else { return false }
    if state == "42501" || state == "55P03" { return true }
    return !["08", "0A", "25", "42", "53", "54", "57", "58", "F0", "XX"]
      .contains(String(state.prefix(2)))
  }
}
