internal import Postgres
internal import Problems

/// Finds the rows of a repair, without changing anything.
struct TransitionSelection {
  let transition: Transition
  let request: TransitionRequest
  let table: TransitionTable

  /// The ids of the rows, in the order of the column.
  ///
  /// It runs in a transaction that is READ ONLY, and as one statement: a condition cannot do more than
  /// choose.
  func ids(_ connection: Connection) throws -> [String] {
    var parameters: [Parameter] = []
    var conditions: [String] = []
    func add(_ value: String, _ condition: (String) -> String) {
      parameters.append(.text(value))
      conditions.append(condition("$\(parameters.count)"))
    }
    if let name = request.startState {
      let column = try requireColumn(table.state, "state")
      add(try table.value(ofState: name, in: transition)) { "\(column)::text = \($0)" }
    }
    if let since = request.since {
      let column = try requireColumn(table.time, "time")
      add(since) { "\(column) >= \($0)::\(table.timeType ?? "timestamptz")" }
    }
    if let before = request.before {
      let column = try requireColumn(table.time, "time")
      add(before) { "\(column) < \($0)::\(table.timeType ?? "timestamptz")" }
    }
    if !request.ids.isEmpty {
      let places = request.ids.map { id -> String in
        parameters.append(.text(id))
        return "$\(parameters.count)::\(table.idType)"
      }
      conditions.append("\(table.id) IN (\(places.joined(separator: ", ")))")
    }
    // Its own lines, so that a remark at its end does not swallow what follows.
    if let condition = request.condition { conditions.append("(\n\(condition)\n)") }
    let filter = conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND "))"
    let limit = request.limit.map { " LIMIT \($0)" } ?? ""
    return try connection.query(
      // Another name than the column's, or the order would be that of the text.
      "SELECT \(table.id)::text AS drydock_id FROM \(table.name) \(filter)"
        + " ORDER BY \(table.id)\(limit)",
      parameters
    ).compactMap { $0[0] }
  }

  private func requireColumn(_ column: String?, _ key: String) throws -> String {
    if let column { return column }
    throw Problem(
      .usage,
      code: "transition.no-column",
      "the transition '\(transition.name)' has no column for the \(key)",
      hint: "Name it in the configuration: \(key): COLUMN."
    )
  }
}
