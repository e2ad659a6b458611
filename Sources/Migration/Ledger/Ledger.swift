public import Postgres
internal import Problems

/// The record of what was applied to a database: schema `drydock` in that database.
///
/// Its heart is an append-only list of events. Each event has a position, one after the last that
/// its writer has seen, so two runners can never both write: the second finds its position taken.
public enum Ledger {
  /// The schema that holds the ledger; no patch may touch it.
  public static let schema = "drydock"

  /// What an event says.
  public enum Kind: String, Sendable, CaseIterable {
    /// A patch was applied.
    case applied
    /// A patch was taken back by its undo file.
    case undone
    /// A restore brought back data from before the patch.
    case setBack = "set-back"
    /// A patch was declared applied without running it.
    case baseline
    /// An edited file was accepted as what was applied.
    case repaired
  }

  /// One event.
  public struct Event: Sendable, Equatable {
    /// Its place in the ledger, from 1.
    public var position: Int
    /// What it says.
    public var kind: Kind
    /// The patch's version as its file wrote it.
    public var version: Version
    /// The patch file's name without its ending.
    public var name: String
    /// What the file held.
    public var identity: PatchIdentity
    /// When it began, as the server writes the time.
    public var started: String
    /// When it was complete; `nil` while a patch outside a transaction is not.
    public var finished: String?
    /// How long it took.
    public var seconds: Double?
    /// The role that did it.
    public var performedBy: String
    /// The git commit of the checkout, where it was known.
    public var gitSHA: String?
    /// The receipt under which it ran.
    public var receipt: String?
    /// The position of the event that applied the patch, since it was last taken back; nil for one
    /// that was only declared applied, and for one that is gone.
    var appliedAt: Int?

    /// Whether the patch is in the database after this event.
    public var isApplied: Bool { finished != nil && kind != .undone && kind != .setBack }
    /// Whether a patch outside a transaction began and did not end.
    public var isUnfinished: Bool { finished == nil }
  }

  /// What a database's ledger says now.
  public struct State: Sendable {
    /// The last event of each version, in the order of versions.
    public var latest: [Event]
    /// The position of the last event of all.
    public var lastPosition: Int
    /// How far patches outside a transaction have come that began and did not end.
    var progress: [Version: Progress] = [:]
    /// The schema whose patches these are; nil for those of the database.
    public internal(set) var tenant: String?
    /// How many events the tenant has.
    var tenantEvents = 0

    /// Where a receipt finds the ledger: it grows by one with each event, and by nothing else.
    ///
    /// For the database it is the position of the last event of all. The events of a tenant are
    /// counted by themselves, since others come and go between them.
    public var receiptPosition: Int { tenant == nil ? lastPosition : tenantEvents }

    /// The last event of a version.
    public subscript(version: Version) -> Event? { latest.first { $0.version == version } }

    /// Reads the last event of one version again, after this runner has written it.
    mutating func refresh(_ version: Version, _ connection: Connection) throws {
      latest.removeAll { $0.version == version }
      let rows = try connection.query(
        "\(Ledger.patches) WHERE version = $1",
        [.text(Ledger.key(version, tenant))]
      )
      latest += try rows.compactMap { try Ledger.event($0, tenant) }
      latest.sort { $0.version < $1.version }
      lastPosition = latest.map(\.position).reduce(lastPosition, max)
      try readTenant(connection)
      try readProgress(connection)
    }

    fileprivate mutating func readTenant(_ connection: Connection) throws {
      guard let tenant else { return }
      // What stands before the last slash is the schema, as in `key`.
      tenantEvents =
        try connection.query(
          """
          SELECT pg_catalog.count(*) FROM drydock.events
          WHERE version LIKE '%/%' AND pg_catalog.regexp_replace(version, '/[^/]*$', '') = $1
          """,
          [.text(tenant)]
        ).int ?? 0
    }

    fileprivate mutating func readProgress(_ connection: Connection) throws {
      progress = [:]
      for event in latest where event.isUnfinished {
        progress[event.version] = try Progress.read(event.position, connection)
      }
    }

    /// Versions that are applied, in order.
    public var applied: [Event] { latest.filter(\.isApplied) }
  }

  /// Reads the ledger; a database without one has applied nothing.
  ///
  /// - Parameters:
  ///   - connection: A connection to the database; its search path does not matter.
  ///   - tenant: The schema whose patches are wanted; nil for those of the database.
  /// - Returns: The state.
  /// - Throws: `PostgresError`, or a `Problem` when the ledger is of a newer drydock.
  public static func read(_ connection: Connection, tenant: String? = nil) throws -> State {
    guard try LedgerSchema.version(connection) > 0 else {
      return State(latest: [], lastPosition: 0, tenant: tenant)
    }
    let last = try connection.query(
      "SELECT coalesce(pg_catalog.max(position), 0) FROM drydock.events",
      []
    )
    let rows = try connection.query(patches, [])
    let events = try rows.compactMap { try event($0, tenant) }
    var state = State(
      latest: events.sorted { $0.version < $1.version },
      lastPosition: last.int ?? 0,
      tenant: tenant
    )
    try state.readTenant(connection)
    try state.readProgress(connection)
    return state
  }

  /// The last event of each version, and the position of the one that applied it.
  ///
  /// The view `drydock.patches` is for people: what a view calls runs as whoever reads it.
  private static let patches = """
    SELECT patches.*, NULLIF(greatest(history.applied, history.gone), history.gone) AS applied_at
    FROM (
      SELECT DISTINCT ON (version) * FROM drydock.events ORDER BY version, position DESC) patches
    JOIN (
      SELECT version, pg_catalog.max(position) FILTER (WHERE kind = 'applied') AS applied,
        pg_catalog.max(position)
          FILTER (WHERE kind IN ('undone', 'set-back') AND finished IS NOT NULL) AS gone
      FROM drydock.events GROUP BY version) history USING (version)
    """

  /// What the ledger calls a patch of a tenant: `schema/version`; without a tenant, the version.
  ///
  /// A version and the name of a file have no slash, so the last one is where the schema ends.
  static func key(_ version: Version, _ tenant: String?) -> String {
    tenant.map { "\($0)/\(version)" } ?? version.description
  }

  /// One event; nil when it belongs to another tenant.
  fileprivate static func event(_ row: Rows.Row, _ tenant: String?) throws -> Event? {
    let key = row.string("version").split(separator: "/", omittingEmptySubsequences: false)
    let owner = key.count > 1 ? key.dropLast().joined(separator: "/") : nil
    guard owner == tenant else { return nil }
    guard let kind = Kind(rawValue: row.string("kind")),
      let version = key.last.flatMap({ Version(String($0)) })
    else {
      throw Problem(
        .damaged,
        code: "ledger.unreadable",
        "event \(row.string("position")) of the ledger cannot be read",
        facts: [.init("kind", row.string("kind")), .init("version", row.string("version"))]
      )
    }
    return Event(
      position: row.int("position"),
      kind: kind,
      version: version,
      name: row.string("name"),
      identity: PatchIdentity(
        exact: row.string("exact_hash"),
        normalised: row.string("normalised_hash")
      ),
      started: row.string("started"),
      finished: row["finished"],
      seconds: row.double("seconds"),
      performedBy: row.string("performed_by"),
      gitSHA: row["git_sha"],
      receipt: row["receipt"],
      appliedAt: row["applied_at"].flatMap { Int($0) }
    )
  }
}
