internal import Postgres
internal import Problems

/// A runner that holds the lock: it plans, applies and takes back.
///
/// It keeps the ledger's state in step with what it writes, so that each event finds its position.
public final class HeldRunner {
  let runner: Runner
  let lock: RunnerLock
  /// What the ledger says now.
  public internal(set) var state: Ledger.State

  /// The search path that every patch begins with, where it runs in a tenant's schema.
  private let searchPath: String?

  init(runner: Runner, lock: RunnerLock, state: Ledger.State, searchPath: String? = nil) {
    self.searchPath = searchPath
    self.runner = runner
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
    try run(Run(patch: patch, script: patch.script, kind: .applied, verify: patch.verify), observer)
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
    let patch = try undoable(directory, version)
    guard let undo = patch.undo else { throw Self.noUndo(patch) }
    if let objection = undo.objections.first { throw objection }
    return try run(Run(patch: patch, script: undo, kind: .undone, verify: nil), observer)
  }

  /// Throws unless each of the versions is applied and has its way back.
  public func requireUndoable(_ directory: PatchDirectory, _ versions: [Version]) throws {
    for version in versions {
      let patch = try undoable(directory, version)
      guard patch.undo != nil else { throw Self.noUndo(patch) }
    }
  }

  private static func noUndo(_ patch: Patch) -> Problem {
    Problem(
      .refused,
      code: "undo.no-file",
      "patch \(patch.name.stem) has no undo file",
      hint: "Write \(patch.name.stem).undo.sql beside it, or take the change back by a new patch."
    )
  }

  private func undoable(_ directory: PatchDirectory, _ version: Version?) throws -> Patch {
    let event = version.map { state[$0] } ?? lastApplied
    guard let event, event.isApplied || (event.isUnfinished && event.kind == .undone) else {
      throw Problem(
        .refused,
        code: "undo.not-applied",
        version.map { "patch \($0) is not applied" } ?? "no patch is applied",
        hint: "'drydock status' shows what is."
      )
    }
    guard let patch = directory[event.version] else {
      throw Problem(
        .refused,
        code: "undo.missing-file",
        "the file of patch \(event.name) is gone from \(directory.path)"
      )
    }
    return patch
  }

  /// The patch that was applied last, in time rather than by version; repeatables have no way back.
  private var lastApplied: Ledger.Event? { state.undoable.first }

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

  /// Accepts an edited file as what was applied.
  public func repair(_ patch: Patch, because reason: String) throws {
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
    return connection
  }
}

/// What is to be run: a patch's own script, or the one that takes it back.
struct Run {
  var patch: Patch
  var script: Script
  var kind: Ledger.Kind
  var verify: Script?
}
