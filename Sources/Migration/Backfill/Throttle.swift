internal import Postgres
internal import Problems

/// Lets a backfill wait for those who come first: standbys that fall behind, and sessions that wait
/// for its locks.
struct Throttle {
  let connection: Connection
  let options: BackfillOptions
  let interruption: Interruption
  /// When this run had written up to where, oldest first, as far as a standby may still miss it.
  private var marks: [Mark] = []

  /// A place in the log, and when it was the last.
  struct Mark: Equatable {
    var location: Int
    var instant: ContinuousClock.Instant
  }

  /// How far a standby has come.
  struct Standby: Equatable {
    var name: String
    /// The place in the log up to which it has replayed; nil where nobody may look.
    var location: Int?
  }

  init(_ connection: Connection, _ options: BackfillOptions, _ interruption: Interruption) {
    self.connection = connection
    self.options = options
    self.interruption = interruption
  }

  /// Waits until every standby is near enough, or the time is over.
  ///
  /// The server's own `replay_lag` stands still while a standby does not replay at all, so what this
  /// run itself wrote tells: how long ago was the oldest of it that a standby has not replayed?
  mutating func waitForStandbys(until deadline: ContinuousClock.Instant?) throws {
    while deadline.map({ ContinuousClock.now < $0 }) ?? true {
      let standbys = try standbys()
      marks = Self.open(marks, standbys)
      guard let slow = Self.slowest(standbys, marks, now: .now),
        slow.lag > options.lagLimit
      else { return }
      let seconds = slow.lag.components.seconds
      options.report(
        .waiting("standby \(slow.name) is \(seconds) s behind; --max-lag says how far it may be")
      )
      try interruption.sleep(.milliseconds(500))
    }
  }

  /// Remembers how far the log has come with this run's last batch.
  mutating func mark() throws {
    let location = try connection.query(
      "SELECT pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), '0/0')::bigint",
      []
    ).int
    if let location { marks.append(Mark(location: location, instant: .now)) }
  }

  /// The standby that is furthest behind, and for how long it has been.
  static func slowest(
    _ standbys: [Standby],
    _ marks: [Mark],
    now: ContinuousClock.Instant
  ) -> (name: String, lag: Duration)? {
    standbys.compactMap { standby in
      guard let location = standby.location else { return nil }
      let missed = marks.first { $0.location > location }
      return missed.map { (standby.name, now - $0.instant) }
    }.max { $0.1 < $1.1 }
  }

  /// The marks that some standby has not reached.
  static func open(_ marks: [Mark], _ standbys: [Standby]) -> [Mark] {
    let reached = standbys.compactMap(\.location).min() ?? .max
    return marks.filter { $0.location > reached }
  }

  /// The standbys that stream (manual, 28.2.4 "pg_stat_replication"); an ordinary role sees that
  /// there are some, and not how they are.
  private func standbys() throws -> [Standby] {
    try connection.query(
      """
      SELECT application_name AS name,
        pg_catalog.pg_wal_lsn_diff(replay_lsn, '0/0')::bigint AS location
      FROM pg_catalog.pg_stat_replication WHERE state = 'streaming'
      """,
      []
    ).map { Standby(name: $0.string("name"), location: $0["location"].flatMap { Int($0) }) }
  }

  /// How many sessions wait for a lock that this one holds; asked inside its transaction.
  func waiters() throws -> Int {
    try connection.query(
      """
      SELECT count(DISTINCT pid) FROM pg_catalog.pg_locks
      WHERE NOT granted AND pid <> pg_catalog.pg_backend_pid()
        AND pg_catalog.pg_backend_pid() = ANY (pg_catalog.pg_blocking_pids(pid))
      """,
      []
    ).int ?? 0
  }
}
