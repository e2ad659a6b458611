internal import SQLSyntax

extension SchemaAction {
  /// The table that it changes, where there is one.
  var table: ObjectName? {
    switch self {
    case .createTable(let table, _, _), .addColumn(let table, _), .dropColumn(let table, _),
      .changeType(let table, _, _), .setNotNull(let table, _), .dropNotNull(let table, _),
      .changeDefault(let table, _, _), .addConstraint(let table, _),
      .dropConstraint(let table, _), .detach(let table, _), .alterTable(let table, _),
      .setOption(let table, _, _), .replicaIdentity(let table, _), .createIndex(let table, _),
      .createTrigger(let table), .write(_, let table):
      table
    case .rename("OBJECT_TABLE", let table, _, _), .rename("OBJECT_COLUMN", let table, _, _),
      .move("OBJECT_TABLE", let table, _):
      table
    case .rebuild(_, let table, _), .changeAccess(_, let table): table
    case .drop("OBJECT_TABLE", let tables, _, _), .truncate(let tables, _): tables.first
    default: nil
    }
  }
}
