public import Digests
public import Repository

extension Manifest {
  /// A table's rows.
  public struct Table: Codable, Sendable, Equatable {
    /// The table's oid in the source.
    public var oid: Int
    /// The schema.
    public var schema: String
    /// The name.
    public var name: String
    /// The file node in the source.
    public var fileNode: Int?
    /// What decided the text of its rows beside the rows; nil in snapshots that did not note it.
    public var state: State?
    /// The columns whose text a row holds, in that order.
    public var columns: [Column]
    /// Pages of the heap; 0 where stripes are cut by content.
    public var pages: Int
    /// Pages in a stripe; 0 where stripes are cut by content.
    public var stripePages: Int
    /// How many rows.
    public var rows: Int
    /// How many bytes of text.
    public var bytes: Int
    /// The sum of the rows' digests.
    public var digest: DigestSum
    /// The stripes: chunks of kind list, see `Segment`.
    public var segments: [ChunkID]
    /// Through which partitioned root rows are loaded and compared, if not directly.
    public var loadRoot: Root?
    /// Which rows belong to the user, for a configuration table of an extension.
    public var condition: String?
    /// Whether the table belongs to an extension, which creates it.
    public var isConfiguration: Bool
    /// The names of its indexes.
    public var indexes: [String]
    /// How it was read, and why so.
    public var reading: Reading

    /// Makes a table.
    public init(
      oid: Int,
      schema: String,
      name: String,
      fileNode: Int?,
      columns: [Column],
      pages: Int,
      stripePages: Int,
      rows: Int,
      bytes: Int,
      digest: DigestSum,
      segments: [ChunkID],
      loadRoot: Root?,
      condition: String?,
      isConfiguration: Bool,
      indexes: [String],
      reading: Reading,
      state: State? = nil
    ) {
      self.oid = oid
      self.schema = schema
      self.name = name
      self.fileNode = fileNode
      self.columns = columns
      self.pages = pages
      self.stripePages = stripePages
      self.rows = rows
      self.bytes = bytes
      self.digest = digest
      self.segments = segments
      self.loadRoot = loadRoot
      self.condition = condition
      self.isConfiguration = isConfiguration
      self.indexes = indexes
      self.reading = reading
      self.state = state
    }

    /// The table for a person: `public.jobs`.
    public var label: String { "\(schema).\(name)" }
  }

  /// What decides the text of a table's rows and can change without touching a page.
  public struct State: Codable, Sendable, Equatable {
    /// The oid of the tablespace that holds the table, the database's default one resolved.
    public var tablespace: Int
    /// A digest of its columns, dropped ones and missing values too.
    public var columns: String
    /// A digest of all types that its columns reach; nil where one of them cannot be trusted.
    public var types: String?

    /// Makes a state.
    public init(tablespace: Int, columns: String, types: String?) {
      self.tablespace = tablespace
      self.columns = columns
      self.types = types
    }
  }

  /// A column of a table.
  public struct Column: Codable, Sendable, Equatable {
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

  /// A partitioned table that rows go through.
  public struct Root: Codable, Sendable, Hashable {
    /// The schema.
    public var schema: String
    /// The name.
    public var name: String

    /// Makes a root.
    public init(schema: String, name: String) {
      self.schema = schema
      self.name = name
    }
  }

  /// How a table was read.
  public struct Reading: Codable, Sendable, Equatable {
    /// The ways to read a table.
    public enum Way: String, Codable, Sendable {
      /// Every stripe was read.
      case whole
      /// Only changed pages were read.
      case changedPages
      /// Nothing was read: no page had changed.
      case unchanged
    }

    /// The way.
    public var way: Way
    /// Why this way.
    public var reason: String
    /// Seconds of reading, summed over workers.
    public var seconds: Double

    /// Makes a description.
    public init(way: Way, reason: String, seconds: Double = 0) {
      self.way = way
      self.reason = reason
      self.seconds = seconds
    }
  }
}
