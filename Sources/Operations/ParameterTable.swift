public import Postgres
internal import Problems

/// A table with exactly one row, whose columns are the parameters of a system.
///
/// A change checks the type first, is one transaction together with its history, and reads back what
/// the table then says, since a trigger may have its own view.
public struct ParameterTable: Sendable {
  /// One parameter.
  public struct Parameter: Sendable, Equatable {
    /// The column.
    public var name: String
    /// The type, as PostgreSQL writes it.
    public var type: String
    /// The value as text; nil for NULL.
    public var value: String?
  }

  /// A change that was made.
  public struct Change: Sendable, Equatable {
    /// The column.
    public var name: String
    /// The value before; nil for NULL.
    public var old: String?
    /// The value that the table now has; nil for NULL.
    public var new: String?
    /// When, by the server's clock; nil for a change of this call.
    public var at: String?
    /// By which role; nil for a change of this call.
    public var by: String?
    /// Why, where somebody said so.
    public var reason: String?
  }

  let table: String
  let settings: ConnectionSettings

  /// Prepares; nothing is opened yet.
  ///
  /// The table is written as in SQL: `cosims.system_parameters`.
  public init(_ table: String, in settings: ConnectionSettings) {
    self.table = table
    self.settings = settings
  }

  /// The parameters with these names, in the table's order; all of them for none.
  public func get(_ names: [String]) async throws -> [Parameter] {
    let session = try await Session.opening(settings)
    let all = try await session.doing("cannot read the parameters") { connection in
      try connection.transaction("READ ONLY") { try OneRow(table, connection).read() }
    }
    await session.close()
    let found = all.filter { names.isEmpty || names.contains($0.name) }
    for name in names { try Self.require(name, in: all) }
    return found
  }

  /// Changes parameters, all or none.
  ///
  /// - Parameters:
  ///   - values: The new values as text, nil for NULL, by name.
  ///   - reason: Why, for the history.
  /// - Returns: The changes, with what the table now says; those that changed nothing too.
  /// - Throws: a `Problem` of kind `usage` for an unknown name or a value of another type.
  public func set(_ values: [(String, String?)], because reason: String?) async throws -> [Change] {
    let session = try await Session.opening(settings)
    let given = values.map { Given(name: $0.0, value: $0.1) }
    let changes = try await session.doing("the parameters were not changed") { connection in
      try OperationTables.parameters.make(connection)
      return try connection.transaction {
        try change(given, reason, try OneRow(table, connection))
      }
    }
    await session.close()
    return changes
  }

  /// What was changed, the last change first; a `Problem` of kind `usage` for an unknown name.
  public func history(of names: [String]) async throws -> [Change] {
    let session = try await Session.opening(settings)
    let changes = try await session.doing("cannot read the history of the parameters") {
      connection -> [Change] in
      let relation = try OneRow(table, connection)
      let changes = try Self.changes(of: relation, connection)
      // A column that is gone still has its history.
      let others = names.filter { name in !changes.contains { $0.name == name } }
      let known = try others.isEmpty ? [] : relation.read()
      for name in others { try Self.require(name, in: known) }
      return changes
    }
    await session.close()
    return changes.filter { names.isEmpty || names.contains($0.name) }
  }

  private static func changes(of relation: OneRow, _ connection: Connection) throws -> [Change] {
    guard try OperationTables.parameters.exist(connection) else { return [] }
    return try connection.query(
      """
      SELECT parameter, old_value, new_value, reason, performed_by,
        pg_catalog.to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS at
      FROM drydock.parameter_changes WHERE table_name = $1 ORDER BY change DESC
      """,
      [.text(relation.name)]
    ).map { row in
      Change(
        name: row.string("parameter"),
        old: row["old_value"],
        new: row["new_value"],
        at: row["at"],
        by: row["performed_by"],
        reason: row["reason"]
      )
    }
  }

  private struct Given: Sendable {
    let name: String
    let value: String?
  }

  private func change(_ given: [Given], _ reason: String?, _ row: OneRow) throws -> [Change] {
    let before = try row.lock()
    for item in given {
      let parameter = try Self.require(item.name, in: before)
      if let value = item.value { try row.check(value, for: parameter) }
    }
    try row.write(given.map { item in (item.name, item.value) })
    let after = try row.read()
    return try given.map { item in
      let change = Change(
        name: item.name,
        old: before.first { $0.name == item.name }?.value,
        new: after.first { $0.name == item.name }?.value,
        reason: reason
      )
      if change.old != change.new { try row.record(change) }
      return change
    }
  }

  @discardableResult
  private static func require(_ name: String, in all: [Parameter]) throws -> Parameter {
    if let found = all.first(where: { $0.name == name }) { return found }
    throw Problem(
      .usage,
      code: "parameters.unknown",
      "there is no parameter \(name)",
      hint: "drydock parameters get lists them."
    )
  }
}
