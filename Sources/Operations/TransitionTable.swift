internal import Postgres
internal import Problems

/// The table of a transition as the catalog knows it: quoted names, types, and the states by name.
struct TransitionTable: Sendable {
  /// The table's name in full, quoted.
  let name: String
  /// The id's column, quoted, and its type.
  let id: String
  let idType: String
  /// The state's column, quoted.
  let state: String?
  /// The content's column, quoted, and its type.
  let content: String?
  let contentType: String?
  /// The time's column, quoted, and its type.
  let time: String?
  let timeType: String?
  /// How the column has the states that people name.
  private let states: [String: String]

  init(_ transition: Transition, _ connection: Connection) throws {
    let found = try connection.query(
      """
      SELECT c.oid, pg_catalog.format('%I.%I', n.nspname, c.relname) AS name
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.oid = pg_catalog.to_regclass($1)::oid AND c.relkind IN ('r', 'p')
      """,
      [.text(transition.table)]
    )
    guard let row = found.first else {
      throw Self.missing("table \(transition.table)", in: transition)
    }
    name = row.string("name")
    let types = try connection.query(
      """
      SELECT attname, pg_catalog.format_type(atttypid, atttypmod) AS type
      FROM pg_catalog.pg_attribute WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped
      """,
      [.text(row.string("oid"))]
    ).reduce(into: [String: String]()) { $0[$1.string("attname")] = $1.string("type") }
    func column(_ name: String) throws -> (String, String) {
      guard let type = types[name] else {
        throw Self.missing("column \(name) of \(transition.table)", in: transition)
      }
      return (SQL.identifier(name), type)
    }
    (id, idType) = try column(transition.id)
    state = try transition.state.map { try column($0).0 }
    let content = try transition.content.map { try column($0) }
    (self.content, contentType) = (content?.0, content?.1)
    let time = try transition.time.map { try column($0) }
    (self.time, timeType) = (time?.0, time?.1)
    states = try transition.names.map { try Self.states($0, of: transition, connection) } ?? [:]
  }

  /// What the query for names says: how the column has each state, by what people call it.
  private static func states(
    _ query: String,
    of transition: Transition,
    _ connection: Connection
  ) throws -> [String: String] {
    let rows = try connection.query(query, [])
    guard rows.columns.count > 1 else {
      throw Problem(
        .usage,
        code: "transition.names",
        "the query 'names' of the transition '\(transition.name)' returns no two columns",
        hint: "Write it as SELECT with the state as the column has it, and what people call it."
      )
    }
    return rows.reduce(into: [String: String]()) { $0[$1[1] ?? ""] = $1[0] }
  }

  /// How the column has a state that a person named.
  func value(ofState name: String, in transition: Transition) throws -> String {
    if transition.names == nil { return name }
    if let value = states[name] { return value }
    throw Problem(
      .usage,
      code: "transition.unknown-state",
      "there is no state \(name) in \(transition.name)",
      hint: "Known states: \(states.keys.sorted().joined(separator: ", "))."
    )
  }

  private static func missing(_ what: String, in transition: Transition) -> Problem {
    Problem(
      .usage,
      code: "transition.missing",
      "there is no \(what) in this database",
      hint: "The transition '\(transition.name)' of the configuration names it."
    )
  }
}
