public import Postgres

/// What a restore is asked to do.
public struct RestoreOptions: Sendable, Equatable {
  /// Connections that write rows at the same time.
  public var jobs = 2
  /// Only these schemas; empty for all.
  public var schemas: [String] = []
  /// Only these tables, as patterns; empty for all.
  public var tables: [String] = []
  /// Tables that are left out, as patterns, of those that were asked for.
  public var excludedTables: [String] = []
  /// Only the definition, no rows.
  public var isSchemaOnly = false
  /// Only rows and values, into a definition that is there and empty.
  public var isDataOnly = false
  /// About how many rows of each table, with all that they refer to; nil for every row.
  ///
  /// Only for a database that is thrown away: nothing proves it. Large objects stay out.
  public var sampledRows: Int?
  /// Which roles stand for those of the snapshot.
  public var roles = RoleMap()
  /// What of the definition is left out.
  public var without: Omissions = []
  /// Read everything back and compare digests.
  public var verifies = true
  /// Whether what reaches outside is left out: subscriptions and user mappings.
  public var isNeutralised = false
  /// Whether the server serves others too: then no event trigger of the snapshot waits for what a
  /// superuser does.
  public var isOnSharedServer = false
  /// How whoever loads rows, builds indexes beside them and checks constraints connects; nil for the
  /// role that restores.
  public var loader: ConnectionSettings?
  /// The directory with `pg_restore`, where it should not be searched for.
  public var binaryDirectory: String?

  /// All of a snapshot, two connections, verified.
  public init() {}
}

/// What a restore leaves out of the definition.
public struct Omissions: OptionSet, Sendable {
  /// The bits.
  public let rawValue: Int
  /// Makes a set from bits.
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// The owners: everything belongs to the role that restores.
  public static let owners = Omissions(rawValue: 1)
  /// GRANT and REVOKE.
  public static let privileges = Omissions(rawValue: 2)
}
