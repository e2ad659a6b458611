internal import FoundationEssentials
public import Postgres
internal import Problems
public import Repository
internal import Snapshot

/// What can be done with a copy of a whole database: undo, accept, resume.
///
/// Undo takes away what was written since; accept is the real drop. Both are guarded like the
/// replacement itself: a plan, a token of one hour, the operation's id.
public struct DatabaseOperation: Sendable {
  /// The copy, as it was found.
  public let found: DatabaseCopy
  let settings: ConnectionSettings
  let repository: Repository
  let options: DatabaseReplacementOptions
  let progress: @Sendable (RestoreProgress) -> Void

  /// Prepares what can be done with a copy that `find` found.
  public init(
    _ found: DatabaseCopy,
    in settings: ConnectionSettings,
    repository: Repository,
    options: DatabaseReplacementOptions = DatabaseReplacementOptions(),
    progress: @escaping @Sendable (RestoreProgress) -> Void = { _ in }
  ) {
    self.found = found
    self.settings = settings
    self.repository = repository
    self.options = options
    self.progress = progress
  }

  /// All copies of a database.
  public static func list(in settings: ConnectionSettings) async throws -> [DatabaseCopy] {
    try await Session.looking(at: settings, lockTimeout: DatabaseReplacementOptions().lockTimeout) {
      try DatabaseCopy.list($0)
    }
  }

  /// The copy that is meant: by its id or a unique prefix of it, or the only copy that there is.
  ///
  /// - Parameters:
  ///   - operation: The id; nil for the only one.
  ///   - settings: The live database.
  /// - Returns: Nil where the id is that of a schema's operation, or of none.
  /// - Throws: `restore.which-operation` where several are meant.
  public static func find(_ operation: String?, in settings: ConnectionSettings) async throws
    -> DatabaseCopy?
  {
    try await Session.looking(at: settings, lockTimeout: DatabaseReplacementOptions().lockTimeout) {
      try DatabaseCopy.find(operation, $0)
    }
  }

  /// What an undo would do; changes nothing.
  public func undoPlan() async throws -> DatabaseCopyPlan {
    try await look(.undo).plan(.undo, repository, now: options.clock())
  }

  /// Brings the old copy back and keeps the newer one; drops a copy that was never live.
  public func undo(token: String) async throws -> DatabaseResult {
    let started = ContinuousClock.now
    let seen = try await look(.undo)
    let plan = try seen.plan(.undo, repository, now: options.clock())
    try check(token, plan.binding)
    let keeper = try await MaintenanceSession.open(settings, beside: found.database, options)
    guard let aside = plan.newSetAside, let copyOid = seen.found.oid,
      var journal = seen.found.journal
    else { return try await abandon(seen.found, on: keeper, started) }
    let pair = DatabaseSwap.Pair(
      database: found.database,
      liveOid: seen.live.identity.oid,
      aside: aside,
      copy: found.name,
      copyOid: copyOid
    )
    journal.state = .undone
    journal.copy = .new
    journal.setAside = aside
    let (undone, seconds) = try await DatabaseSwap(pair: pair, journal: journal)
      .run(on: keeper, settings, options)
    await keeper.close()
    var result = DatabaseResult(
      undone,
      setAside: aside,
      seconds: started.secondsAgo,
      notices: history.remember(undone)
    )
    result.swapSeconds = seconds
    result.setBack = plan.setBack
    return result
  }

  /// What an accept would drop; changes nothing.
  public func acceptPlan() async throws -> DatabaseCopyPlan {
    try await look(.accept).plan(.accept, repository, now: options.clock())
  }

  /// Drops the copy that is set aside, once it is safe in a proven snapshot.
  ///
  /// - Parameters:
  ///   - token: Of the plan.
  ///   - safety: Takes a snapshot of the database of that name and proves it at level 2 at least.
  /// - Returns: The state `accepted`.
  /// - Throws: A `Problem` of kind `refused` before anything was dropped; after that `busy` or
  ///   `partial`, and ``resume()`` goes on.
  public func accept(token: String, safety: SafetySnapshot) async throws -> DatabaseResult {
    let started = ContinuousClock.now
    let before = try await look(.accept)
    let confirmed = try before.plan(.accept, repository, now: options.clock())
    try check(token, confirmed.binding)
    let proof = try await safety.take(found.name)
    try proof.require(of: found.name)
    // Once more: the snapshot took its time, and what was confirmed must still be so.
    let seen = try await look(.accept)
    guard try seen.plan(.accept, repository, now: options.clock()).binding == confirmed.binding,
      var journal = seen.found.journal, let writes = seen.writes
    else { throw Problem.databaseChangedMeanwhile(found.database) }
    guard writes.content == before.writes?.content else {
      throw Problem.writtenMeanwhile(found.name)
    }
    journal.state = .accepting
    journal.safetySnapshot = proof.snapshot
    let line = journal
    let keeper = try await MaintenanceSession.open(settings, beside: found.database, options)
    try await closing { try await keeper.run { try drop.begin(line, writes, $0) } }
    return try await finish(line, on: keeper, started)
  }

  /// Goes on where a killed operation stopped, or says that there is nothing to go on with.
  public func resume() async throws -> DatabaseResult {
    let started = ContinuousClock.now
    guard let journal = found.journal else {
      let keeper = try await MaintenanceSession.open(settings, beside: found.database, options)
      return try await abandon(found, on: keeper, started)
    }
    switch found.state {
    case .building, .proven:
      guard let name = SnapshotName(journal.snapshot) else {
        throw Problem(
          .damaged,
          code: "restore.journal",
          "the journal of operation \(found.operation) does not say how to go on",
          reason:
            "'\(journal.snapshot)' in the comment of \(found.name) is the name of no snapshot",
          hint: "drydock restore --undo \(found.operation) drops the copy that was built."
        )
      }
      var options = options
      options.without = Omissions(rawValue: journal.without)
      return try await DatabaseReplacement(
        of: try SnapshotContent(opening: name, in: repository),
        into: settings,
        options: options,
        progress: progress
      ).resume(found, journal)
    case .accepting:
      let keeper = try await MaintenanceSession.open(settings, beside: found.database, options)
      return try await finish(journal, on: keeper, started)
    default:
      return DatabaseResult(
        journal,
        setAside: found.name,
        seconds: started.secondsAgo,
        notices: history.remember(journal)
      )
    }
  }
}
