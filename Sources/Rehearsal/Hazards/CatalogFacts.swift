internal import SQLSyntax

/// What the scratch's catalog says that rules ask for: sizes, nullable columns, keys and indexes.
struct CatalogFacts: Sendable {
  /// A table or materialised view, or a partitioned table with all that is below it.
  struct Table: Sendable {
    var schema: String
    var name: String
    /// Schema and name, quoted where SQL needs it.
    var quoted: String
    /// Without indexes.
    var bytes = 0
    /// As statistics say; 0 where they say nothing.
    var rows = 0
    /// Whether not one page of it is in use.
    var isEmpty = true
    /// Names of columns, and whether each is NOT NULL; only of tables that the patch names.
    var columns: [String: Bool] = [:]
  }

  /// An index with the columns that it sorts by.
  struct Index: Sendable {
    var schema: String
    var name: String
    var columns: [String]
  }

  /// A foreign key, and whether an index helps it.
  struct ForeignKey: Sendable, Hashable {
    var name: String
    /// Quoted names.
    var table: String
    var references: String
    var columns: [String]
    var isIndexed: Bool
  }

  var tables: [Table] = []
  var indexes: [Index] = []
  var foreignKeys: [ForeignKey] = []
  var searchPath: [String] = []

  /// The table that a statement means, if it was there.
  func table(_ name: ObjectName) -> Table? {
    resolve(name, tables, schema: \.schema, name: \.name)
  }

  /// The table of that quoted name, if it was there.
  func table(quoted name: String) -> Table? { tables.first { $0.quoted == name } }

  /// The index that a statement means, if it was there.
  func index(_ name: ObjectName) -> Index? {
    resolve(name, indexes, schema: \.schema, name: \.name)
  }

  /// By the schema that is written, else by the search path, else where there is only one.
  private func resolve<Object>(
    _ name: ObjectName,
    _ objects: [Object],
    schema: (Object) -> String,
    name nameOf: (Object) -> String
  ) -> Object? {
    let candidates = objects.filter { nameOf($0) == name.name }
    if let written = name.schema { return candidates.first { schema($0) == written } }
    for place in searchPath {
      if let found = candidates.first(where: { schema($0) == place }) { return found }
    }
    return candidates.count == 1 ? candidates[0] : nil
  }
}
