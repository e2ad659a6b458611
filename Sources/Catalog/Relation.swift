/// A relation that holds data of its own: what a snapshot must read.
///
/// The same set that `pg_dump` would dump: ordinary tables, partition leaves, unlogged tables,
/// configuration tables of extensions, sequences, materialised views. Partitioned parents hold no
/// rows but are listed, because they are locked and because rows may have to go through them.
public struct Relation: Sendable, Equatable {
  /// What kind of relation.
  public enum Kind: String, Sendable, Codable {
    /// A table or a partition leaf.
    case table = "r"
    /// A partitioned parent, without rows of its own.
    case partitioned = "p"
    /// A sequence.
    case sequence = "S"
    /// A materialised view.
    case materializedView = "m"
  }

  /// The relation's oid in its database.
  public var oid: Int
  /// Schema and name.
  public var name: RelationName
  /// What kind of relation.
  public var kind: Kind
  /// Whether it is unlogged: its pages carry no LSN that means anything.
  public var isUnlogged: Bool
  /// The file node, nil for a partitioned parent; a rewrite or TRUNCATE changes it.
  public var fileNode: Int?
  /// The table access method, `heap` unless someone chose another; nil where there is none.
  public var accessMethod: String?
  /// Whether a materialised view has been filled.
  public var isPopulated: Bool
  /// The columns that are stored and can be written, in attribute order, without generated ones.
  public var columns: [Column]
  /// The condition of an extension's configuration table: only these rows are the user's.
  public var condition: String?
  /// Whether it is an extension's configuration table; everything else of extensions is left out.
  public var isConfiguration: Bool
  /// The root through which rows must be loaded, since they may move between leaves.
  public var loadRoot: RelationName?
  /// The names of its indexes, in its own schema.
  public var indexes: [String]

  /// Whether rows are read from it.
  public var hasRows: Bool { kind == .table }
  /// Whether a row's `ctid` is its place in a heap, so that stripes can be read by range.
  public var isHeap: Bool { accessMethod == "heap" }
}

/// A relation's schema and name, compared byte by byte as the server does.
///
/// To Swift two names are equal also where one writes a letter and its accent apart; they are two
/// tables, and each has its rows.
public struct RelationName: Sendable, Hashable, Codable, Comparable {
  /// The schema.
  public var schema: String
  /// The name.
  public var name: String

  /// Makes a name.
  public init(schema: String, name: String) {
    self.schema = schema
    self.name = name
  }

  /// Whether schema and name have the same bytes.
  public static func == (one: RelationName, other: RelationName) -> Bool {
    one.schema.utf8.elementsEqual(other.schema.utf8)
      && one.name.utf8.elementsEqual(other.name.utf8)
  }

  /// Schema first, then name, in byte order.
  public static func < (one: RelationName, other: RelationName) -> Bool {
    one.schema.utf8.elementsEqual(other.schema.utf8)
      ? one.name.utf8.lexicographicallyPrecedes(other.name.utf8)
      : one.schema.utf8.lexicographicallyPrecedes(other.schema.utf8)
  }
}

extension RelationName: CustomStringConvertible {
  /// The name for a person: `public.jobs`.
  public var description: String { "\(schema).\(name)" }
}

/// A column as a snapshot needs it.
public struct Column: Sendable, Equatable, Codable {
  /// The name.
  public var name: String
  /// The type, written as SQL.
  public var type: String

  /// Makes a column.
  public init(name: String, type: String) {
    self.name = name
    self.type = type
  }
}
