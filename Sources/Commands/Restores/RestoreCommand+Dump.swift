internal import Postgres
internal import Problems
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
    guard let dump = content.manifest.dump, dump.isComplete else {
      throw Self.withoutEnd(content, target)
    }
    return .done
  }

  /// Every statement that is there went well, and nobody knows how many are not.
  private static func withoutEnd(
    _ content: SnapshotContent,
    _ target: ConnectionSettings
  ) -> Problem {
    Problem(
      .partial,
      code: "restore.dump-incomplete",
      "the imported dump has no end, so \(target) holds only a part of what was dumped",
      reason: "it was cut off before it was imported (--allow-incomplete); what stood behind"
        + " the cut is missing: rows, sequences, indexes, constraints, perhaps the end of the last row",
      facts: [
        .init("snapshot", content.name.text),
        .init("kept", "what stood before the cut: it was loaded without an error"),
      ],
      hint: "Take from it what you can find nowhere else. For everything, restore a snapshot that"
        + " is whole into another empty database: drydock snapshots."
    )
  }
}
