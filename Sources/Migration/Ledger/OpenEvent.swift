internal import Postgres
internal import Problems

/// The event of a script that commits on its way: written before its first step, completed after its
/// last, and unfinished in between, whoever ends the run.
struct OpenEvent {
  let run: Run
  let writer: LedgerWriter
  /// Its place in the ledger.
  let position: Int
  private let held: HeldRunner
  /// The event as an earlier run left it; nil when this run wrote it.
  private let earlier: Ledger.Event?

  /// Goes on with the event that an earlier run left, or writes a new one.
  ///
  /// - Parameters:
  ///   - held: Who runs it.
  ///   - run: What is run.
  ///   - writer: Writes on the patch's own connection.
  ///   - about: What must be the same when a later run goes on; empty for nothing.
  ///   - other: The problem when it is not, given what it was.
  /// - Throws: That problem, and when what has run was edited.
  init(
    _ held: HeldRunner,
    _ run: Run,
    _ writer: LedgerWriter,
    about: String = "",
    orElse other: (String) -> Problem? = { _ in nil }
  ) throws {
    self.held = held
    self.run = run
    self.writer = writer
    if let unfinished = held.state[run.patch.version], unfinished.isUnfinished,
      unfinished.kind == run.kind, let progress = held.state.progress[run.patch.version],
      progress.hasBegun, !progress.isUntouched || unfinished.identity == run.script.identity
    {
      try progress.requireUnedited(run.script)
      if progress.beginning != about, let problem = other(progress.beginning) { throw problem }
      earlier = progress.isUntouched ? nil : unfinished
      position = unfinished.position
      try writer.connection.transaction { [position] in
        try writer.noteOrigin(of: position, about: about)
      }
      return
    }
    earlier = nil
    position = held.state.lastPosition + 1
    let position = position
    try writer.connection.transaction {
      try writer.begin(run.kind, held.ledgerName(of: run.patch), run.script.identity, at: position)
      try writer.note(Progress.Entry(state: .begun, digest: about), step: 0, of: position)
    }
  }

  /// Assertions run in a transaction that is rolled back; then the event is complete.
  func finish(
    _ indexes: InvalidIndexes,
    _ statements: StatementRunner,
    _ observer: (any RunObserver)?
  ) throws {
    do {
      let transaction = try OpenTransaction.begin(writer.connection)
      defer { transaction.rollBack() }
      try RunEnding(run: run, statements: statements).verify()
    } catch let failure as StatementRunner.Failure {
      throw failure.problem(
        run.patch,
        .partial,
        hint: "All steps of the patch are committed; the ledger has it as unfinished until this"
          + " assertion holds."
      )
    }
    try writer.connection.execute(RunEnding.reset)
    try indexes.requireNoneNew(run.script, writer.connection)
    try observer?.beforeCommit(run.patch, on: writer.connection)
    try held.lock.requireHeld()
    try writer.connection.transaction {
      try writer.finish(position)
      try acceptEdits()
    }
  }

  /// A file that was corrected on the way is not the one that the event names.
  private func acceptEdits() throws {
    guard run.kind == .applied, let earlier, earlier.identity != run.script.identity else { return }
    try writer.begin(
      .repaired,
      held.ledgerName(of: run.patch),
      run.script.identity,
      at: held.state.lastPosition + 1,
      isComplete: true
    )
  }
}
