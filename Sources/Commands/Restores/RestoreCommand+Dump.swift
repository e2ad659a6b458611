internal import Postgres
internal import Reports
internal import Repository
internal import Restoration
internal import Snapshot

extension RestoreCommand {
  /// Restores an imported dump; nil where the snapshot is none.
  func restoreDump(
    _ content: SnapshotContent,
    into target: ConnectionSettings,
    _ options: RestoreOptions,
    _ context: Context
  ) async throws -> ExitStatus? {
    let run = DumpRestore(of: content, into: target, options: options) {
      context.progress.report($0.report)
    }
    guard let run else { return nil }
    if let option = selection.given.first {
      try content.requireTaken("is restored without \(option)")
    }
    try run.checkOptions()
    context.warn(
      "this restores an imported dump: whatever its author wrote is executed, in the database with "
        + "the rights of the role that restores, and by psql on this machine."
    )
    let result = try await run.run()
    context.progress.clear()
    await context.remember(dump: content, restoredInto: target)
    if !context.isQuiet || context.isJSON { context.show(result.report(of: content)) }
    return .done
  }
}
