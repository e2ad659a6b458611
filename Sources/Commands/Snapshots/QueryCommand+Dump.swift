internal import Postgres
internal import Problems
internal import Reports
internal import Restoration
internal import Snapshot

extension QueryCommand {
  /// An imported dump has no tables that could be chosen: it is loaded as a whole, then asked.
  func run(
    on dump: Manifest.Dump,
    _ content: SnapshotContent,
    _ context: Context
  ) async throws -> ExitStatus {
    guard tables.isEmpty else {
      throw Problem(
        .usage,
        code: "usage.query",
        "--table cannot be given for an imported dump",
        reason: "Drydock does not know what is in it"
      )
    }
    if !dump.isComplete {
      context.warn("the dump has no end: rows and tables behind the cut are not there to be found")
    }
    let database = try dump.database(named: database, mustBeSure: !isShell)
    let options = options(in: context)
    let lane = Lane("drydock.query")
    let scratch = try await lane.run {
      try DumpScratch.start(of: content, database: database, options: options) {
        context.progress.report($0.report)
      }
    }
    do {
      context.progress.clear()
      if isShell {
        try await open(try scratch.shell(prompt: Self.prompt(content), options: options), lane)
      } else {
        tell(database, of: dump, content, context)
        try await lane.run { [self] in
          try answer(try scratch.reader(for: statement), restored: [], content, context)
        }
      }
    } catch {
      // The first error is the one to report; the next start removes what stays.
      try? await lane.run { try scratch.remove() }
      throw error
    }
    try await lane.run { try scratch.remove() }
    return .done
  }

  private func tell(
    _ database: String?,
    of dump: Manifest.Dump,
    _ content: SnapshotContent,
    _ context: Context
  ) {
    let manifest = content.manifest
    let place = database.map { ", database \($0)" } ?? ""
    context.note(
      "\(manifest.database.name) as of \(manifest.taken.prefix(19))Z (\(content.name.shortID)); "
        + "loaded the whole dump, \(Quantity.bytes(dump.size))\(place)"
    )
  }

  /// Refuses `--database` for a snapshot, which is of one database.
  func requireNoDatabase() throws {
    guard database != nil else { return }
    throw Problem(
      .usage,
      code: "usage.query",
      "--database belongs to an imported dump of a cluster",
      reason: "the snapshot is of one database"
    )
  }
}
