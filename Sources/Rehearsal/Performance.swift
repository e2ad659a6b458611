internal import Catalog
internal import Migration
internal import Postgres
internal import Problems
internal import Restoration
internal import Snapshot

/// The part of a rehearsal in which patches run: first what production has already, then what is
/// pending, then the way back.
struct Performance {
  let rehearsal: RehearsalRun
  let scratch: any Scratch
  /// What production's schema must be when it migrates.
  private(set) var expected: SchemaFingerprint
  private(set) var observed: [PatchObservation] = []
  private(set) var caughtUp: [String] = []
  /// What the rules for hazards look at, patch by patch.
  private(set) var evidence: [Evidence] = []
  /// The same of the undo files that took patches back at once.
  private(set) var undoEvidence: [Evidence] = []
  /// What is known of rows now, and was before each patch that was observed.
  private var rows: KnownRows
  private var rowsBefore: [KnownRows] = []
  let scratchWatch: ScratchWatch
  /// What came of the hooks.
  var hookObservations: [HookObservation] = []
  private(set) var reversals: [String: Receipt.Reversal] = [:]
  /// Tables that catching up made: what production has in them, nobody here knows.
  private var caughtUpTables: Set<String> = []

  init(of rehearsal: RehearsalRun, scratch: any Scratch, expected: SchemaFingerprint) throws {
    self.rehearsal = rehearsal
    self.scratch = scratch
    self.expected = expected
    scratchWatch = try ScratchWatch(installingIn: scratch.administration)
    rows = try KnownRows(
      of: rehearsal.content,
      rehearsal.options.rows,
      in: scratch.administration
    )
  }

  /// Who runs the patches: the migrator, on the scratch.
  static func runner(of rehearsal: RehearsalRun, on scratch: any Scratch) -> Runner {
    var options = Runner.Options(toolVersion: rehearsal.options.tool)
    options.tenant = rehearsal.options.tenant
    options.isOnScratch = true
    return Runner(scratch.settings(role: rehearsal.options.migrator), options)
  }

  mutating func run(_ runner: Runner) throws {
    if let tenant = rehearsal.options.tenant { try requireSchema(tenant) }
    let request = Plan.Request(
      target: rehearsal.options.target,
      allowsOutOfOrder: rehearsal.options.allowsOutOfOrder
    )
    try runner.hold { held in
      if let version = rehearsal.options.undoes {
        try requireData(after: version, held)
        try catchUp(held)
        return try rehearseUndo(of: version, held)
      }
      try catchUp(held)
      let plan = held.plan(rehearsal.patches, request)
      try plan.requireSound()
      guard !plan.pending.isEmpty else { return }
      try runHooks(.before)
      for patch in plan.pending {
        guard try rehearse(patch, held) else { return }
      }
      if rehearsal.options.rehearsesUndo { try takeBack(plan.pending, held) }
      try runLastHooks(held, request)
    }
  }

  /// Without the schema, the search path would lead the patches into another one.
  private func requireSchema(_ name: String) throws {
    let found = try Connection.open(scratch.administration).query(
      "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1",
      [.text(name)]
    )
    guard found.isEmpty else { return }
    throw Problem(
      .refused,
      code: "rehearsal.no-schema",
      "the snapshot has no schema \(name)",
      hint: "Take a new snapshot: drydock backup."
    )
  }

  /// Brings the scratch to the state of production's ledger, which may be newer than the snapshot.
  private mutating func catchUp(_ held: HeldRunner) throws {
    guard let ledger = rehearsal.options.ledger else { return }
    for event in ledger.applied where !Self.has(event, held.state) {
      guard let patch = rehearsal.patches[event.version],
        patch.script.identity.normalised == event.identity.normalised
      else {
        throw Problem(
          .refused,
          code: "rehearsal.cannot-catch-up",
          "production has patch \(event.name), the snapshot is older and its file is not the same",
          hint: "Take a new snapshot: drydock backup."
        )
      }
      let observer = ScratchObserver(scratchWatch)
      rehearsal.progress("catching up with \(patch.file)")
      try held.apply(patch, observer: observer)
      try observer.finish()
      if let changes = observer.changes { expected = expected.applying(changes) }
      try rows.read(observer.statements.writtenTables(observer.changes))
      caughtUp.append(patch.file)
      caughtUpTables.formUnion(
        observer.statements.flatMap(\.created).filter { $0.kind == "table" }.map(\.name)
      )
    }
    let gone = held.state.applied.filter { ledger[$0.version]?.isApplied != true }
    guard gone.isEmpty else {
      throw Problem(
        .refused,
        code: "rehearsal.snapshot-ahead",
        "the snapshot has patches that production has not",
        facts: gone.map { Problem.Fact("patch", $0.name) },
        hint: "Take a new snapshot: drydock backup."
      )
    }
  }

  /// A patch that is taken back some time later meets what was written since; so must a rehearsal.
  private func requireData(after version: Version, _ held: HeldRunner) throws {
    guard held.state[version]?.isApplied != true else { return }
    throw Problem(
      .refused,
      code: "rehearsal.snapshot-before-patch",
      "the snapshot was taken before patch \(version) was applied",
      hint: "Take a snapshot now, and rehearse on that: drydock backup."
    )
  }

  private mutating func rehearseUndo(of version: Version, _ held: HeldRunner) throws {
    let patch = rehearsal.patches[version]
    let file = patch?.undo?.file ?? patch?.file ?? "\(version)"
    rehearsal.progress("rehearsing \(file)")
    let watch = PatchWatch(scratchWatch)
    let observation = try observe("\(version)", file, watch.scratch) {
      try held.undo(rehearsal.patches, version, observer: watch)
    }
    observed.append(try withRows(observation))
    if let undo = patch?.undo { evidence.append(completed(watch.evidence(undo, observation))) }
  }

  /// Evidence with the rows that production has, where the scratch has not all of them.
  private func completed(_ evidence: Evidence) -> Evidence {
    var complete = evidence
    complete.before.complete(by: snapshotRows, except: caughtUpTables)
    return complete
  }

  /// Whether the scratch has what production has; of a repeatable patch, in the same text.
  private static func has(_ event: Ledger.Event, _ state: Ledger.State) -> Bool {
    guard let own = state[event.version], own.isApplied else { return false }
    return !event.version.isRepeatable || own.identity.normalised == event.identity.normalised
  }

  /// Runs one patch; returns whether it succeeded.
  private mutating func rehearse(_ patch: Patch, _ held: HeldRunner) throws -> Bool {
    rehearsal.progress("rehearsing \(patch.file)")
    try learnLocks(patch, held)
    let watch = PatchWatch(scratchWatch)
    var batches: BackfillTotals?
    var observation = try observe("\(patch.version)", patch.file, watch.scratch) {
      batches = try held.apply(patch, observer: watch).backfill
    }
    if let batches, !observation.statements.isEmpty {
      observation.statements[0].batches?.peakBytes = batches.peakBytes
    }
    observed.append(try withRows(observation))
    evidence.append(completed(watch.evidence(patch.script, observation)))
    return observation.succeeded
  }

  /// Reads what a patch wrote to, and notes it beside what was there before.
  private mutating func withRows(_ observation: PatchObservation) throws -> PatchObservation {
    rowsBefore.append(rows)
    guard observation.succeeded else { return observation }
    var copy = observation
    let tables = observation.writtenTables
    try rows.read(tables)
    copy.rows = rows.changes(of: tables, since: rowsBefore[rowsBefore.count - 1])
    return copy
  }

  private func observe(
    _ version: String,
    _ file: String,
    _ observer: ScratchObserver,
    _ run: () throws -> Void
  ) throws -> PatchObservation {
    let started = ContinuousClock.now
    var observation = PatchObservation(
      version: version,
      file: file,
      statements: [],
      changes: nil,
      seconds: 0,
      problem: nil,
      undo: nil
    )
    do {
      try run()
      observation.changes = observer.changes
    } catch let problem as Problem where problem.kind != .interrupted {
      let isOwn = observer.statements.contains { $0.failure != nil }
      observation.problem = isOwn ? nil : problem.words
    }
    try observer.finish()
    observation.statements = observer.statements
    observation.temporaryBytes = observer.temporaryBytes
    observation.tailSeconds = observer.tailSeconds
    observation.seconds = started.secondsAgo
    return observation
  }

  /// Takes the patches back in reverse, as far as they have undo files.
  private mutating func takeBack(_ patches: [Patch], _ held: HeldRunner) throws {
    for (place, patch) in patches.enumerated().reversed() where !patch.version.isRepeatable {
      guard let undo = patch.undo, let changes = observed[place].changes else { return }
      rehearsal.progress("rehearsing the undo of \(patch.file)")
      let watch = PatchWatch(scratchWatch)
      let seen = try observe(observed[place].version, undo.file, watch.scratch) {
        try held.undo(rehearsal.patches, patch.version, observer: watch)
      }
      observed[place].note(undo: seen, of: changes)
      if seen.succeeded { try noteRows(place, seen) }
      var evidence = completed(watch.evidence(undo, seen, takingBack: changes))
      evidence.rowsLeft = observed[place].undoRows.filter(\.differs)
      undoEvidence.append(evidence)
      guard seen.succeeded else { return }
      reversals[seen.version] = watch.scratch.reversal
    }
  }
}

extension Performance {
  /// Holds the rows after a patch and its way back against those before it.
  private mutating func noteRows(_ place: Int, _ undo: PatchObservation) throws {
    let tables = observed[place].writtenTables.union(undo.writtenTables)
    try rows.read(tables, as: rowsBefore[place])
    observed[place].undoRows = try rows.losses(of: tables, since: rowsBefore[place])
  }
}

extension PatchObservation {
  fileprivate var writtenTables: Set<String> { statements.writtenTables(changes) }

  /// Notes what was seen of the patch's undo file.
  fileprivate mutating func note(undo: PatchObservation, of changes: ChangeSet) {
    undoFile = undo.file
    undoStatements = undo.statements
    undoProblem = undo.problem
    guard undo.succeeded, let back = undo.changes else {
      self.undo = .fails
      return
    }
    self.undo = changes.isCancelled(by: back) ? .cancels : .differs
  }
}

extension ChangeSet {
  /// Whether a second change set names exactly the objects of this one, the other way round.
  func isCancelled(by other: ChangeSet) -> Bool {
    Set(added.map(\.object)) == Set(other.removed) && Set(removed) == Set(other.added.map(\.object))
      && Set(changed.map(\.object)) == Set(other.changed.map(\.object))
  }
}

extension Problem {
  /// What and why, without where to go from here.
  fileprivate var words: String { summary + (reason.map { ": \($0)" } ?? "") }
}

extension ScratchObserver {
  /// What was seen, as the way back of a patch; nil when it did not end.
  fileprivate var reversal: Receipt.Reversal? {
    changes.map { Receipt.Reversal(changes: $0, tables: statements.touchedTables) }
  }
}
