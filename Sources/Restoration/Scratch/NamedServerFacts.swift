public import Postgres
public import Problems
public import Snapshot

/// What a server that a person names for rehearsals says of itself.
public struct NamedServerFacts: Sendable, Equatable {
  /// The version in full: `15.20`.
  public let version: String
  /// The major version.
  public let major: Int
  /// The role that is connected.
  public let role: String
  /// Whether that role is a superuser.
  public let isSuperuser: Bool
  /// Whether it follows another server.
  public let isStandby: Bool
  /// The cluster's identifier, which its standbys share.
  public let systemIdentifier: String
  /// `wal_level`.
  public let walLevel: String
  /// `max_locks_per_transaction`.
  public let locksPerTransaction: Int
  /// Whether autovacuum runs.
  public let autovacuum: Bool
  /// Databases in which the server itself runs jobs: those of pg_cron and of pg_partman.
  public let jobDatabases: [String]

  /// Asks a session; any role may.
  ///
  /// - Parameter connection: A session on the server.
  /// - Returns: What it says.
  /// - Throws: What the server says.
  public static func read(_ connection: Connection) throws -> NamedServerFacts {
    let row = try connection.execute(query)[0]
    return NamedServerFacts(
      version: row.string("version"),
      major: connection.serverMajor,
      role: row.string("role"),
      isSuperuser: row.bool("superuser"),
      isStandby: row.bool("standby"),
      systemIdentifier: row.string("system"),
      walLevel: row.string("wal_level"),
      locksPerTransaction: row.int("locks"),
      autovacuum: row.bool("autovacuum"),
      jobDatabases: row.string("jobs").split(separator: ",").map {
        $0.trimmingPrefix(" ").description
      }
    )
  }

  /// An extension's setting is known only where the server has loaded its library.
  private static let query = """
    SELECT current_user AS role, pg_catalog.pg_is_in_recovery() AS standby,
      (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) AS superuser,
      (SELECT system_identifier FROM pg_catalog.pg_control_system()) AS system,
      pg_catalog.current_setting('server_version') AS version,
      pg_catalog.current_setting('wal_level') AS wal_level,
      pg_catalog.current_setting('max_locks_per_transaction') AS locks,
      pg_catalog.current_setting('autovacuum')::bool AS autovacuum,
      pg_catalog.concat_ws(',', pg_catalog.current_setting('cron.database_name', true),
        pg_catalog.current_setting('pg_partman_bgw.dbname', true)) AS jobs
    """

  /// Why nothing can be rehearsed on it, whatever the snapshot; nil where nothing is against it.
  public var unfitness: Problem? {
    if isStandby {
      return Self.refusal(
        "scratch.standby",
        "the scratch server follows another server, so nothing can be written there",
        "Name a server of its own for rehearsals."
      )
    }
    guard isSuperuser else {
      return Self.refusal(
        "scratch.not-superuser",
        "role \(role) is no superuser on the scratch server",
        "Only a superuser can make production's roles and watch patches there. Name one, or rehearse"
          + " on a server of Drydock's own: --scratch-server own."
      )
    }
    guard walLevel != "minimal" else {
      return Self.refusal(
        "scratch.wal-level",
        "the scratch server has wal_level = minimal, where a rewrite writes hardly any log",
        "Set wal_level = replica there and start it again."
      )
    }
    return nil
  }

  /// Refuses a server that is production, or unlike it.
  ///
  /// - Parameter manifest: The snapshot that is to be rehearsed on.
  /// - Throws: A `Problem` of kind `refused`.
  public func requireFit(for manifest: Manifest) throws(Problem) {
    try requireOther(than: manifest.database.systemIdentifier)
    if let unfitness { throw unfitness }
    try requireLike(manifest.server)
    guard !jobDatabases.contains(manifest.database.name) else {
      throw Self.refusal(
        "scratch.jobs",
        "the scratch server runs jobs by itself in database \(manifest.database.name)",
        "Take it out of cron.database_name and pg_partman_bgw.dbname there, or name another server."
      )
    }
  }

  /// Refuses the cluster with an identifier, and every standby of it.
  public func requireOther(than production: String) throws(Problem) {
    guard systemIdentifier == production else { return }
    throw Self.refusal(
      "scratch.is-production",
      "the scratch server is the cluster that the snapshot was taken from, or a copy of its files",
      "Name a server that initdb made for itself: a rehearsal must never reach production."
    )
  }

  private func requireLike(_ production: Manifest.Server) throws(Problem) {
    guard major == production.major else {
      throw Self.refusal(
        "scratch.other-major",
        "the scratch server is PostgreSQL \(major), production is \(production.major)",
        "Only the same major version shows what production will do: name one of \(production.major)."
      )
    }
    let wanted = production.settings["max_locks_per_transaction"].flatMap { Int($0) }
    guard let wanted, locksPerTransaction > wanted else { return }
    throw Self.refusal(
      "scratch.max-locks",
      "the scratch server has max_locks_per_transaction = \(locksPerTransaction), production"
        + " \(wanted): a patch that locks too much would pass",
      "Set max_locks_per_transaction = \(wanted) there and start it again."
    )
  }

  /// What is otherwise than on a server of Drydock's own, and cannot be set for one database.
  ///
  /// - Parameter production: What the snapshot says of production's server; nil where none is at hand.
  /// - Returns: Sentences.
  public func remarks(besides production: Manifest.Server? = nil) -> [String] {
    var remarks: [String] = []
    if autovacuum {
      remarks.append(
        "autovacuum runs on the scratch server: it may add to the times and the log that are measured"
      )
    }
    let wanted = production?.settings["max_locks_per_transaction"].flatMap { Int($0) }
    if let wanted, locksPerTransaction < wanted {
      remarks.append(
        "the scratch server has max_locks_per_transaction = \(locksPerTransaction), production"
          + " \(wanted): a patch may fail there with \"out of shared memory\""
      )
    }
    return remarks
  }

  static func refusal(_ code: String, _ summary: String, _ hint: String) -> Problem {
    Problem(.refused, code: code, summary, reason: "nothing was changed there", hint: hint)
  }
}
