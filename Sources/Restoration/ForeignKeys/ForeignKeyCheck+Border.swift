internal import Catalog

extension ForeignKeyCheck {
  /// Keys from outside, as if `copy` had the live name.
  static func incoming(_ border: Border, to copy: String) -> [Search] {
    border.incoming.filter { !$0.staysUnvalidated }.compactMap { key in
      ForeignKeyDefinition(key.definition).map { definition in
        Search(
          name: key.name,
          table: RelationName(schema: key.table.schema, name: key.table.name),
          other: RelationName(schema: copy, name: key.referenced.name),
          definition: definition
        )
      }
    }
  }

  /// Keys of a new copy to tables outside.
  static func outgoing(_ scripts: [String], of copy: String) -> [Search] {
    scripts.compactMap { ForeignKeyStatement($0) }.compactMap { statement in
      outgoing(statement.key.name, statement.definition, of: statement.key.table, in: copy)
    }
  }

  /// Keys that a copy that was set aside gets back.
  static func outgoing(_ keys: [Journal.ForeignKey], of copy: String) -> [Search] {
    keys.compactMap { outgoing($0.name, $0.definition, of: $0.table, in: copy) }
  }

  private static func outgoing(
    _ name: String,
    _ definition: String,
    of table: String,
    in copy: String
  ) -> Search? {
    guard !definition.hasSuffix("NOT VALID"), !definition.hasSuffix("NOT ENFORCED"),
      let parts = ForeignKeyDefinition(definition), let schema = parts.schema
    else { return nil }
    return Search(
      name: name,
      table: RelationName(schema: copy, name: table),
      other: RelationName(schema: schema, name: parts.table),
      definition: parts
    )
  }
}
