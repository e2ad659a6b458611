internal import Postgres
internal import Problems
internal import Snapshot

/// Two databases exchange a name in one transaction; what hangs on the name goes with it.
///
/// The same for a replacement and for its undo. A kill at any statement leaves the old state or the
/// new one, and the journal, written in the same transaction, says which.
struct DatabaseSwap: Sendable {
  /// What gives the name up, and what gets it.
  struct Pair: Sendable {
    let database: String
    let liveOid: Int
    /// The name under which the live one is kept.
    let aside: String
    let copy: String
    let copyOid: Int

    var oids: [Int] { [liveOid, copyOid] }
  }

  let pair: Pair
  /// The operation's line as the copy that is set aside will carry it.
  let journal: DatabaseJournal

  /// Does it on the maintenance database; returns the journal with the server's time.
  func run(_ connection: Connection) throws -> DatabaseJournal {
    try connection.transaction {
      // First, for it lets nobody in any more, and waits for those who are there.
      try rename(pair.database, to: pair.aside, connection)
      try rename(pair.copy, to: pair.database, connection)
      try requireSame(connection)
      try DatabaseHindrances.read(pair.liveOid, connection).requireNone(of: pair.database)
      let properties = try DatabaseProperties.read(pair.liveOid, connection)
      try properties.give(to: pair.database, pair.copyOid, connection)
      try DatabaseProperties.close(pair.aside, pair.liveOid, connection)
      return try writeJournal(connection)
    }
  }

  private func rename(_ name: String, to other: String, _ connection: Connection) throws {
    try connection.execute(
      "ALTER DATABASE \(SQL.identifier(name)) RENAME TO \(SQL.identifier(other))"
    )
  }

  /// The names must have been on the databases that the plan saw.
  private func requireSame(_ connection: Connection) throws {
    let found = try connection.query(
      "SELECT oid FROM pg_catalog.pg_database WHERE datname IN ($1, $2) ORDER BY datname = $1 DESC",
      [.text(pair.aside), .text(pair.database)]
    ).map { $0.int("oid") }
    guard found == pair.oids else { throw Problem.databaseChangedMeanwhile(pair.database) }
  }

  private func writeJournal(_ connection: Connection) throws -> DatabaseJournal {
    let comments = DatabaseComments(connection: connection)
    var journal = journal
    journal.at = try JournaledCopies(connection: connection).now()
    var leaving = try comments.read(pair.liveOid)
    var coming = try comments.read(pair.copyOid)
    coming.text = leaving.text
    coming.remove(journal.operation)
    if journal.state == .swapped {
      var line = journal
      line.copy = .live
      coming.set(line)
    }
    leaving.set(journal)
    try comments.store(leaving, of: pair.aside)
    try comments.store(coming, of: pair.database)
    return journal
  }
}

extension DatabaseSwap {
  /// Runs the swap on one session while a second one ends everybody's sessions.
  ///
  /// Returns the journal, and the seconds from the first rename to the commit.
  func run(
    on keeper: Session,
    _ settings: ConnectionSettings,
    _ options: DatabaseReplacementOptions
  ) async throws -> (journal: DatabaseJournal, seconds: Double) {
    let ender = try await MaintenanceSession.connect(settings, options)
    let eviction = DatabaseEviction(
      oids: pair.oids,
      renamer: try await keeper.run { $0.backendPID },
      patience: options.lockTimeout + 2000
    )
    let evicting = Task { await eviction.run(ender) }
    // An exchange can be over before the other session has looked for the first time: that one would
    // then wait for a lock that does not come any more.
    func ended() async -> PostgresError? {
      evicting.cancel()
      let reason = await evicting.value
      await ender.close()
      return reason
    }
    let started = ContinuousClock.now
    do {
      let journal = try await keeper.run { try run($0) }
      let seconds = started.secondsAgo
      _ = await ended()
      return (journal, seconds)
    } catch {
      let reason = await ended()
      switch error {
      case let error as PostgresError:
        throw Problem.ofSwap(error, evicted: reason, pair.database)
      case let problem as Problem: throw problem.afterRollback
      case is CancellationError: throw Problem.interrupted.afterRollback
      default: throw error
      }
    }
  }
}
