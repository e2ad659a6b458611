internal import Postgres
internal import Problems

/// A runner that holds the lock: it plans, applies and takes back.
///
/// It keeps the ledger's state in step with what it writes, so that each event finds its position.
public final class HeldRunner {
  private(set) var runner: Runner
  let lock: RunnerLock
  /// What the ledger says now.
  public internal(set) var state: Ledger.State

  /// What `lock-first` patches lock at their head; a rehearsal learns it patch by patch.
  public var firstLocks: [Version: [Runner.TableLock]]

  /// The search path that every patch begins with, where it runs in a tenant's schema.
  private let searchPath: String?

  init(runner: Runner, lock: RunnerLock, state: Ledger.State, searchPath: String? = nil) {
    self.searchPath = searchPath
    self.runner = runner
    firstLocks = runner.options.firstLocks
    self.lock = lock
    self.state = state
  }

  /// Holds a directory against the ledger.
  public func plan(_ directory: PatchDirectory, _ request: Plan.Request = Plan.Request()) -> Plan {
    Plan(directory, state, request)
  }

  /// Applies one patch.
  ///
  /// - Parameters:
  ///   - patch: A patch that a sound plan has as pending.
  ///   - observer: Watches each statement.
  /// - Returns: What came of it.
  /// - Throws: A `Problem`: `failed` and `busy` mean that it was rolled back, `partial` that a
  ///   patch outside a transaction has come a part of its way.
  @discardableResult
  public func apply(
    _ patch: Patch,
    observer: (any RunObserver)? = nil
  ) throws -> PatchOutcome {
    try run(forward(patch), observer)
  }

  /// What applies a patch.
  func forward(_ patch: Patch) -> Run {
    Run(
      patch: patch,
      script: patch.script,
      kind: .applied,
      verify: patch.verify,
      tenant: runner.options.tenant
    )
  }

  /// Takes one patch back by its undo file.
  ///
  /// - Parameters:
  ///   - directory: The patches.
  ///   - version: Which one; the last applied when nil.
  ///   - observer: Watches each statement.
  /// - Returns: What came of it.
  /// - Throws: A `Problem`, also when nothing is applied or there is no undo file.
  @discardableResult
  public func undo(
    _ directory: PatchDirectory,
    _ version: Version? = nil,
    observer: (any RunObserver)? = nil
  ) throws -> PatchOutcome {
    let (patch, script) = try wayBack(directory, version)
    let tenant = runner.options.tenant
    return try run(Run(patch: patch, script: script, kind: .undone, tenant: tenant), observer)
  }

  /// Makes other options those under which patches run from now on; the tenant stays the same.
  public func proceed(with options: Runner.Options) {
    precondition(options.tenant == runner.options.tenant, "the lock is held for one tenant")
    runner.options = options
  }

  /// Declares patches applied without running them.
  public func baseline(_ patches: [Patch], because reason: String) throws {
    for patch in patches { try record(.baseline, patch, reason) }
  }

  /// Holds the ledger of another tool in the same database against the patches.
  public func adoption(
    from tool: PatchLayout,
    _ directory: PatchDirectory,
    table: String? = nil
  ) throws -> Adoption {
    try Adoption(from: tool, directory, state, table: table, lock.connection)
  }

  /// Accepts an edited file as what was applied, or that a person brought the database to where an
  /// unfinished patch ends.
  ///
  /// - Throws: A `Problem` for a patch that has not begun: it would never run.
  public func repair(_ patch: Patch, because reason: String) throws {
    try requireBegun(patch)
    try record(.repaired, patch, reason)
  }

  /// Says that what a repeatable patch made is gone, as its file is.
  ///
  /// - Throws: A `Problem` for a patch with a number, or one that is not applied.
  public func retire(_ version: Version, because reason: String) throws {
    guard version.isRepeatable, let event = state[version], event.isApplied else {
      throw Problem(
        .refused,
        code: "repair.not-repeatable",
        "there is no file of patch \(version)",
        hint: "Bring the file back; only an applied repeatable patch can be given up without one."
      )
    }
    let name = PatchName(version: version, label: event.name, stem: event.name, style: .flyway)
    try record(.undone, name, event.identity, reason)
  }

  /// Says what became of a statement that an earlier run left undecided.
  ///
  /// - Parameters:
  ///   - version: The unfinished patch.
  ///   - step: The step that the refusal named.
  ///   - isDone: Whether it took effect; else the next run repeats it.
  /// - Throws: A `Problem` when that step of that patch is not undecided.
  public func settle(_ version: Version, step: Int, isDone: Bool) throws {
    let event = state[version].flatMap { $0.isUnfinished ? $0 : nil }
    let progress = try event.map { try Progress.read($0.position, lock.connection) }
    guard let event, let progress, progress.isUndecided(step) else {
      throw Problem(
        .refused,
        code: "repair.not-undecided",
        "step \(step) of patch \(version) is not undecided",
        hint: "Run the migration; it names the statement that it cannot decide."
      )
    }
    let digest = progress[step]?.digest ?? ""
    let writer = LedgerWriter(connection: lock.connection, origin: runner.options.origin)
    try lock.connection.transaction {
      try writer.note(
        Progress.Entry(state: isDone ? .done : .redo, digest: digest),
        step: step,
        of: event.position
      )
    }
    try state.refresh(event.version, lock.connection)
  }

  private func record(_ kind: Ledger.Kind, _ patch: Patch, _ reason: String) throws {
    try record(kind, ledgerName(of: patch), patch.script.identity, reason)
  }

  private func record(
    _ kind: Ledger.Kind,
    _ name: PatchName,
    _ identity: PatchIdentity,
    _ reason: String
  ) throws {
    var origin = runner.options.origin
    origin.reason = reason
    let writer = LedgerWriter(connection: lock.connection, origin: origin)
    try writer.begin(
      kind,
      name,
      identity,
      at: state.lastPosition + 1,
      isComplete: true
    )
    try state.refresh(name.version, lock.connection)
  }

  // MARK: Running

  private func run(_ run: Run, _ observer: (any RunObserver)?) throws -> PatchOutcome {
    try guarded(run.patch) { try execute(run, observer) }
  }

  /// Does work on a patch, and reads its events again, whatever became of it.
  func guarded(_ patch: Patch, _ work: () throws -> PatchOutcome) throws -> PatchOutcome {
    defer { runner.interruption.attach(nil) }
    let version = ledgerName(of: patch).version
    do {
      let outcome = try work()
      try state.refresh(version, lock.connection)
      return outcome
    } catch {
      // The first error is the one to report; without a ledger to read, nothing more can run.
      try? state.refresh(version, lock.connection)
      throw error
    }
  }

  private func execute(_ run: Run, _ observer: (any RunObserver)?) throws -> PatchOutcome {
    if let backfill = run.script.backfill, let statement = run.script.statements.first {
      return try BackfillRun(self, run, backfill, statement, observer).execute()
    }
    return run.script.directives.isOutsideTransaction
      ? try SeparateRun(self, run, observer).execute()
      : try WholeRun(self, run, observer).execute()
  }

  /// A patch's name with its version as the ledger has spelt it before, so that `1` stays `0001`.
  func ledgerName(of patch: Patch) -> PatchName {
    var name = patch.name
    if let known = state[patch.version]?.version { name.version = known }
    return name
  }

  /// A fresh connection, set up as every patch finds it.
  func connect(_ run: Run) throws -> Connection {
    var settings = runner.settings.with("application_name", "drydock \(run.patch.name.stem)")
    if let searchPath { settings = TenantSchema.settings(settings, searchPath: searchPath) }
    let connection = try Connection.open(settings)
    runner.interruption.attach(connection.canceller)
    try connection.execute(
      "SET client_encoding = 'UTF8'; SET standard_conforming_strings = on; SET statement_timeout = 0"
    )
    if let tenant = run.tenant { try TenantSchema.requireFirst(tenant, connection) }
    return connection
  }
}

/// What is to be run: a patch's own script, or the one that takes it back.
struct Run {
  var patch: Patch
  var script: Script
  var kind: Ledger.Kind
  var verify: Script?
  /// The schema of a tenant in which it runs; nil for the database.
  var tenant: String?

  /// Whether its author said why it writes to the ledger.
  var mayTouchLedger: Bool { script.directives.allows(ForbiddenAct.touchesLedger.rawValue) }
}
