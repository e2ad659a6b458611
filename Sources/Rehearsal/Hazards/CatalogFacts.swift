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
    /// Whether it was made after the snapshot: production may have filled it, the scratch cannot know.
    var isUnseen = false
    /// Whether its rows are those of a query.
    var isView = false
    /// Whether its rows are those of its partitions.
    var isParted = false
    /// The table that it is a partition of, quoted.
    var parent: String?
    /// Names of columns, and whether each is NOT NULL; only of tables that the patch names.
    var columns: [String: Bool] = [:]

    /// Whether rows would be lost with it, as far as anybody can say.
    var hasRows: Bool { isUnseen || !isEmpty }
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

  /// Change them through `change`, for they are found by their names.
  private(set) var tables: [Table] = []
  private(set) var indexes: [Index] = []
  var foreignKeys: [ForeignKey] = []
  /// Where names without a schema are looked for: where the patch itself says so, its last word first,
  /// then where its session began.
  var searchPath: [String] = []

  private var places: [String: Int] = [:]
  private var tablePlaces: [String: [Int]] = [:]
  private var indexPlaces: [String: [Int]] = [:]

  mutating func add(_ table: Table) {
    places[table.quoted] = tables.count
    tablePlaces[table.name, default: []].append(tables.count)
    tables.append(table)
  }

  mutating func add(_ index: Index) {
    indexPlaces[index.name, default: []].append(indexes.count)
    indexes.append(index)
  }

  /// Corrects what is known of a table; its names stay.
  mutating func change(_ quoted: String, _ change: (inout Table) -> Void) {
    if let place = places[quoted] { change(&tables[place]) }
  }

  /// The table that a statement means, if it was there.
  func table(_ name: ObjectName) -> Table? {
    resolve(name, (tablePlaces[name.name] ?? []).map { tables[$0] }, schema: \.schema)
  }

  /// The table of that quoted name, if it was there.
  func table(quoted name: String) -> Table? { places[name].map { tables[$0] } }

  /// The partitioned tables above a table, the nearest first.
  func ancestors(of quoted: String) -> [String] {
    var found: [String] = []
    var parent = table(quoted: quoted)?.parent
    while let next = parent, !found.contains(next) {
      found.append(next)
      parent = table(quoted: next)?.parent
    }
    return found
  }

  /// The index that a statement means, if it was there.
  func index(_ name: ObjectName) -> Index? {
    resolve(name, (indexPlaces[name.name] ?? []).map { indexes[$0] }, schema: \.schema)
  }

  /// By the schema that is written, else by the search path, else where there is only one.
  private func resolve<Object>(
    _ name: ObjectName,
    _ candidates: [Object],
    schema: (Object) -> String
  ) -> Object? {
    if let written = name.schema { return candidates.first { schema($0) == written } }
    for place in searchPath {
      if let found = candidates.first(where: { schema($0) == place }) { return found }
    }
    return candidates.count == 1 ? candidates[0] : nil
  }
}
