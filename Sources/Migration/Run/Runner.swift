public import Postgres
public import Problems

/// Applies patches to a database, and takes them back.
///
/// Everything here blocks and belongs on a lane of its own: see `onOwnLane`. One runner at a time
/// works on a database; each patch has a fresh connection, so that nothing one leaves behind
/// reaches the next.
public struct Runner: Sendable {
  /// A table that is locked at the head of a `lock-first` patch, while nothing else is held.
  public struct TableLock: Sendable, Equatable {
    /// The table's name as SQL, quoted where it must be.
    public var table: String
    /// The mode as SQL, such as `ACCESS EXCLUSIVE`.
    public var mode: String

    /// Makes a lock to take.
    public init(table: String, mode: String) {
      self.table = table
      self.mode = mode
    }
  }

  /// What a run may be told.
  public struct Options: Sendable {
    /// How long to wait for another runner to finish.
    public var lockWait: Duration = .seconds(30)
    /// How long to wait for locks on tables.
    public var locks = LockPolicy()
    /// The version of drydock, for the ledger.
    public var toolVersion: String
    /// The commit of the checkout, for the ledger.
    public var gitSHA: String?
    /// The receipt under which the run is allowed, for the ledger.
    public var receipt: String?
    /// Why the run is allowed without one, for the ledger.
    public var reason: String?
    /// The schema to run the patches in, with a state of its own in the ledger; nil for the database.
    public var tenant: String?
    /// What a rehearsal saw locked, for `lock-first` patches.
    public var firstLocks: [Version: [TableLock]] = [:]
    /// How backfills run.
    public var backfill = BackfillOptions()
    /// Whether the database is a copy on a scratch server, where production's superusers are ordinary
    /// roles: who owns its ledger then says nothing.
    public var isOnScratch = false

    /// Options with their defaults.
    public init(toolVersion: String) {
      self.toolVersion = toolVersion
    }

    var origin: LedgerWriter.Origin {
      LedgerWriter.Origin(
        toolVersion: toolVersion,
        gitSHA: gitSHA,
        receipt: receipt,
        reason: reason,
        tenant: tenant
      )
    }
  }

  /// The database.
  public var settings: ConnectionSettings
  /// What the run was told.
  public var options: Options
  /// Stops the run from another thread.
  public let interruption = Interruption()

  /// Makes a runner; nothing is connected yet.
  public init(_ settings: ConnectionSettings, _ options: Options) {
    self.settings = settings
    self.options = options
  }

  /// Makes the ledger, or brings it up to date, and lets a role write to it.
  ///
  /// - Parameter role: The migrator's role, when it is not the one that is connected.
  /// - Throws: A `Problem` when the lock, the privilege or the connection is missing.
  public func prepareLedger(for role: String? = nil) throws {
    try hold { held in
      if let role { try LedgerSchema.grant(to: role, held.lock.connection) }
    }
  }

  /// Takes the runner's lock, brings the ledger up to date, and lends what holds both.
  ///
  /// - Parameter body: Plans and applies; the lock is released when it returns or throws.
  /// - Returns: What the body returned.
  /// - Throws: A `Problem` of kind `busy` when another runner does not finish in time.
  public func hold<Value>(_ body: (HeldRunner) throws -> Value) throws -> Value {
    do {
      let lock = try RunnerLock.take(settings, waiting: options.lockWait, interruption)
      try prepareLedger(lock.connection)
      let state = try Ledger.read(lock.connection, tenant: options.tenant)
      if let tenant = options.tenant { try TenantSchema.require(tenant, lock.connection) }
      let path = try options.tenant.map { try TenantSchema.searchPath($0, lock.connection) }
      return try body(HeldRunner(runner: self, lock: lock, state: state, searchPath: path))
    } catch let error as PostgresError {
      throw problem(of: error)
    }
  }

  private func prepareLedger(_ connection: Connection) throws {
    if !options.isOnScratch { try LedgerGuard.requireTrusted(connection) }
    try LedgerSchema.upgrade(connection)
    // Defaults of the database may have given others rights on what was just made.
    if !options.isOnScratch { try LedgerGuard.requireTrusted(connection) }
  }

  /// What an error of the server means to a person whose run it ended.
  ///
  /// - Parameter error: What the server, or the connection, said.
  /// - Returns: The `Problem`; of kind `interrupted` where the run was asked to stop.
  public func problem(of error: PostgresError) -> Problem {
    do throws(Problem) {
      try interruption.check()
    } catch {
      return error
    }
    let next =
      "What was committed is in the ledger: 'drydock status' shows it, and the same command"
      + " goes on from there."
    return error.problem(
      "cannot migrate \(settings)",
      hint: [error.hint, next].compactMap { $0 }.joined(separator: " ")
    )
  }

  /// Applies what is pending in a directory.
  ///
  /// - Parameters:
  ///   - directory: The patches.
  ///   - request: How far, and whether out of order.
  ///   - observer: Watches each statement.
  /// - Returns: What came of each patch, in order.
  /// - Throws: The first `Problem`; patches before it stay applied, the failing one is rolled back.
  public func migrate(
    _ directory: PatchDirectory,
    _ request: Plan.Request = Plan.Request(),
    observer: (any RunObserver)? = nil
  ) throws -> [PatchOutcome] {
    try hold { held in
      let plan = held.plan(directory, request)
      try plan.requireSound()
      return try plan.pending.map { try held.apply($0, observer: observer) }
    }
  }
}
