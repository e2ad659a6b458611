public import Repository

extension Manifest {
  /// A dump that was imported: somebody else's file, kept byte for byte.
  ///
  /// A manifest with a dump has version 2 and nothing else to restore: no definition, no tables.
  public struct Dump: Codable, Sendable, Equatable {
    /// How a dump was written (manual, `pg_dump --format`).
    public enum Form: String, Codable, Sendable {
      /// SQL of one database, by `pg_dump --format=plain`.
      case plain
      /// SQL of a whole cluster, by `pg_dumpall`.
      case cluster
      /// An archive in one file, by `pg_dump --format=custom`.
      case custom
      /// An archive in a directory, by `pg_dump --format=directory`.
      case directory

      /// Whether `psql` reads it; else `pg_restore` does.
      public var isScript: Bool { self == .plain || self == .cluster }
    }

    /// One file of a dump.
    public struct File: Codable, Sendable, Equatable {
      /// The name within its directory; empty for a dump that is one file.
      public var name: String
      /// The size in bytes.
      public var size: Int
      /// Chunks of kind list: `Segment`s, whose stripes are pieces of the file.
      public var segments: [ChunkID]

      /// Makes a file.
      public init(name: String, size: Int, segments: [ChunkID]) {
        self.name = name
        self.size = size
        self.segments = segments
      }
    }

    /// How it was written.
    public var form: Form
    /// The name of the file that it was read from; nil for standard input.
    public var source: String?
    /// The version of the program that wrote it, as it stands in the dump.
    public var program: String?
    /// The databases that a script connects to by itself, in its order.
    public var databases: [String]
    /// The roles that a script's statements name, by name.
    public var roles: [String]
    /// Whether its end is there.
    public var isComplete: Bool
    /// The files, by name.
    public var files: [File]

    /// Makes a description of a dump.
    public init(
      form: Form,
      source: String?,
      program: String?,
      databases: [String],
      roles: [String],
      isComplete: Bool,
      files: [File]
    ) {
      self.form = form
      self.source = source
      self.program = program
      self.databases = databases
      self.roles = roles
      self.isComplete = isComplete
      self.files = files
    }

    /// Bytes of all files.
    public var size: Int { files.reduce(0) { $0 + $1.size } }
    /// Whether it makes databases of its own, and so belongs on a server of its own.
    public var needsServer: Bool { form == .cluster || !databases.isEmpty }
    /// The major version of the program that wrote it; nil where that is not known.
    public var programMajor: Int? { program.flatMap { Int($0.prefix { $0.isNumber }) } }
  }

  /// What stands for the cluster of a dump, of which no dump tells: a series of its own.
  private static let importedSystem = "imported"

  /// The manifest of a dump.
  ///
  /// - Parameters:
  ///   - dump: The dump.
  ///   - name: What its series is called.
  ///   - encoding: The encoding of its rows, as a script says.
  ///   - serverVersion: The version number of the server that it shows; 0 where not known.
  ///   - taken: The instant that it shows, as `2026-01-31T02:00:00.000000Z`.
  public init(
    of dump: Dump,
    name: String,
    encoding: String,
    serverVersion: Int,
    taken: String
  ) {
    self.init(
      taken: taken,
      tool: "",
      host: "",
      database: Database(
        name: name,
        systemIdentifier: Self.importedSystem,
        oid: 0,
        owner: "",
        encoding: encoding,
        collate: "",
        ctype: "",
        localeProvider: "c",
        locale: nil,
        schemas: [],
        settings: []
      ),
      server: Server(version: serverVersion, settings: [:], extensions: [:]),
      position: Position(lsn: "0/0", timeline: 0),
      parent: nil,
      tags: [:],
      isPartial: !dump.isComplete,
      definition: Definition(
        archive: [],
        globals: [],
        hasPasswords: false,
        fingerprint: [],
        dumpMajor: 0
      ),
      ledger: [],
      ledgerPosition: 0,
      tables: [],
      sequences: [],
      materializedViews: [],
      largeObjects: [],
      largeObjectCount: 0,
      totals: Totals()
    )
    version = Self.dumpVersion
    reader = nil
    self.dump = dump
    totals.bytes = dump.size
  }

  /// Whether version and content fit each other.
  var isOfKnownVersion: Bool { version == (dump == nil ? 1 : Self.dumpVersion) }

  private static let dumpVersion = 2
}
