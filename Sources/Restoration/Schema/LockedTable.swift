internal import Postgres

/// A table with its oid, in whose order tables are locked.
struct LockedTable: Sendable, Equatable {
  let oid: Int
  let schema: String
  let name: String

  /// The table as SQL.
  var sql: String { SQL.identifier(schema, name) }
  /// The table for a person.
  var label: String { "\(schema).\(name)" }
}
