public import Repository

extension Manifest {
  /// Which database a snapshot shows.
  public struct Database: Codable, Sendable, Equatable {
    /// The database's name.
    public var name: String
    /// The cluster's system identifier (`pg_control_system`); a clone carries the same.
    public var systemIdentifier: String
    /// The database's oid.
    public var oid: Int
    /// The owner.
    public var owner: String
    /// The encoding, such as `UTF8`; the rows' bytes are in it.
    public var encoding: String
    /// `LC_COLLATE`.
    public var collate: String
    /// `LC_CTYPE`.
    public var ctype: String
    /// The provider of the locale: `c` for libc, `i` for ICU, `b` for builtin.
    public var localeProvider: String
    /// The locale of a provider other than libc.
    public var locale: String?
    /// The schemas that belong to the user.
    public var schemas: [String]
    /// Settings attached to the database or to roles in it.
    public var settings: [Setting]

    /// Makes a description of a database.
    public init(
      name: String,
      systemIdentifier: String,
      oid: Int,
      owner: String,
      encoding: String,
      collate: String,
      ctype: String,
      localeProvider: String,
      locale: String?,
      schemas: [String],
      settings: [Setting]
    ) {
      self.name = name
      self.systemIdentifier = systemIdentifier
      self.oid = oid
      self.owner = owner
      self.encoding = encoding
      self.collate = collate
      self.ctype = ctype
      self.localeProvider = localeProvider
      self.locale = locale
      self.schemas = schemas
      self.settings = settings
    }
  }

  /// A setting from `ALTER DATABASE ... SET` or `ALTER ROLE ... [IN DATABASE ...] SET`.
  public struct Setting: Codable, Sendable, Equatable {
    /// The role, nil for all.
    public var role: String?
    /// Whether it holds in this database only.
    public var isForDatabase: Bool
    /// The parameter.
    public var name: String
    /// The value.
    public var value: String

    /// Makes a setting.
    public init(role: String?, isForDatabase: Bool, name: String, value: String) {
      self.role = role
      self.isForDatabase = isForDatabase
      self.name = name
      self.value = value
    }
  }

  /// The server that the snapshot was read from.
  public struct Server: Codable, Sendable, Equatable {
    /// The version number, 150020 for 15.20.
    public var version: Int
    /// Settings that matter for text or for the scratch.
    public var settings: [String: String]
    /// Extensions with their versions.
    public var extensions: [String: String]

    /// The major version.
    public var major: Int { version / 10000 }

    /// Makes a description of a server.
    public init(version: Int, settings: [String: String], extensions: [String: String]) {
      self.version = version
      self.settings = settings
      self.extensions = extensions
    }
  }

  /// Where in the server's history the snapshot stands.
  public struct Position: Codable, Sendable, Equatable {
    /// The insert position when the snapshot was taken.
    public var lsn: String
    /// The timeline.
    public var timeline: Int
    /// The position above which pages count as changed for a child; nil until proven durable.
    public var horizon: String?
    /// The row that proves a child to stand in the same history; nil where none could be written.
    public var witness: Witness?
    /// When the postmaster started, by the server's clock.
    public var serverStart: String?
    /// When everything was last read whole in this chain of snapshots, by the server's clock.
    public var lastFullRead: String?
    /// The witness with which this history began: what tells a clone's snapshots from these.
    public var history: String?

    /// Makes a position.
    public init(
      lsn: String,
      timeline: Int,
      horizon: String? = nil,
      witness: Witness? = nil,
      serverStart: String? = nil,
      lastFullRead: String? = nil,
      history: String? = nil
    ) {
      self.lsn = lsn
      self.timeline = timeline
      self.horizon = horizon
      self.witness = witness
      self.serverStart = serverStart
      self.lastFullRead = lastFullRead
      self.history = history
    }
  }

  /// A row that a snapshot leaves in the database after its instant.
  ///
  /// A copy of the row proves nothing, so the transaction that wrote it counts too.
  public struct Witness: Codable, Sendable, Equatable {
    /// The row's random id, a UUID.
    public var id: String
    /// The transaction that wrote the row: its `xmin`.
    public var transaction: String

    /// Makes a witness.
    public init(id: String, transaction: String) {
      self.id = id
      self.transaction = transaction
    }
  }

  /// The schema's definition as `pg_dump` wrote it.
  public struct Definition: Codable, Sendable, Equatable {
    /// The archive of `pg_dump --schema-only -Fc`, in pieces.
    public var archive: [ChunkID]
    /// Roles and tablespaces as `pg_dumpall --globals-only` wrote them; empty if not readable.
    public var globals: [ChunkID]
    /// Whether the globals hold the roles' password verifiers.
    public var hasPasswords: Bool
    /// The fingerprint of the schema, in pieces; its text belongs to the module that made it.
    public var fingerprint: [ChunkID]
    /// The major version of the `pg_dump` that wrote the archive.
    public var dumpMajor: Int

    /// Makes a definition.
    public init(
      archive: [ChunkID],
      globals: [ChunkID],
      hasPasswords: Bool,
      fingerprint: [ChunkID],
      dumpMajor: Int
    ) {
      self.archive = archive
      self.globals = globals
      self.hasPasswords = hasPasswords
      self.fingerprint = fingerprint
      self.dumpMajor = dumpMajor
    }
  }

  /// A patch that was applied when the snapshot was taken.
  public struct LedgerEntry: Codable, Sendable, Equatable {
    /// The patch's version.
    public var version: String
    /// The patch's name.
    public var name: String
    /// The hash of its text with plain line ends; nil in snapshots that did not note it.
    public var hash: String?

    /// Makes an entry.
    public init(version: String, name: String, hash: String? = nil) {
      self.version = version
      self.name = name
      self.hash = hash
    }
  }

  /// A sequence with its value.
  public struct Sequence: Codable, Sendable, Equatable {
    /// The schema.
    public var schema: String
    /// The name.
    public var name: String
    /// `last_value`.
    public var lastValue: Int
    /// `is_called`.
    public var isCalled: Bool

    /// Makes a sequence.
    public init(schema: String, name: String, lastValue: Int, isCalled: Bool) {
      self.schema = schema
      self.name = name
      self.lastValue = lastValue
      self.isCalled = isCalled
    }

    /// The sequence for a person: `public.jobs_id_seq`.
    public var label: String { "\(schema).\(name)" }
  }

  /// A materialised view: refreshed on restore where it was filled.
  public struct MaterializedView: Codable, Sendable, Equatable {
    /// The schema.
    public var schema: String
    /// The name.
    public var name: String
    /// Whether it was filled.
    public var isPopulated: Bool

    /// Makes a view.
    public init(schema: String, name: String, isPopulated: Bool) {
      self.schema = schema
      self.name = name
      self.isPopulated = isPopulated
    }
  }

  /// Sums over a snapshot.
  public struct Totals: Codable, Sendable, Equatable {
    /// Rows in all tables.
    public var rows = 0
    /// Bytes of their text.
    public var bytes = 0
    /// Bytes of text that were read from the server for this snapshot.
    public var bytesRead = 0
    /// Chunks that were new.
    public var newChunks = 0
    /// Chunks that the repository knew already.
    public var knownChunks = 0
    /// Bytes that were added to the repository, before the manifest.
    public var bytesStored = 0
    /// Seconds that it took.
    public var seconds = 0.0

    /// Zero everywhere.
    public init() {}
  }
}
