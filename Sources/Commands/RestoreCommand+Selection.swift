internal import Postgres
internal import Problems
internal import Reports
internal import Restoration
internal import Snapshot

/// The half of `restore` that adds and never takes away: everything, parts, or one table beside.
extension RestoreCommand {
  /// Refuses options that contradict each other, before anything is opened.
  func requireSense() throws {
    let pairs: [(String, Bool, String, Bool)] = [
      ("--data-only", selection.isDataOnly, "--schema-only", isSchemaOnly),
      ("--data-only", selection.isDataOnly, "--as", selection.newDatabase != nil),
      ("--data-only", selection.isDataOnly, "--rename", selection.rename != nil),
      ("--rename", selection.rename != nil, "--as", selection.newDatabase != nil),
      ("--map-role", !selection.mappedRoles.isEmpty, "--no-owner", hasNoOwners && hasNoPrivileges),
    ]
    for (first, isFirst, second, isSecond) in pairs where isFirst && isSecond {
      throw Self.contradiction(first, second)
    }
    let guarded = isUndo ? "--undo" : isResume ? "--resume" : isAccept ? "--accept" : "--replace"
    if isUndo || isResume || isAccept || isReplacing, let option = selection.given.first,
      !(isReplacing && option == "--rename")
    {
      throw Self.contradiction(option, guarded)
    }
    if !selection.excludedTables.isEmpty && tables.isEmpty && !selection.isDataOnly {
      throw Problem(
        .usage,
        code: "usage.exclude-table",
        "--exclude-table takes away from what --table or --data-only chose",
        reason: "a definition without one of its tables would not hold together",
        hint: "Give --table '*.*' too, which brings tables and nothing that ties them together."
      )
    }
  }

  private static func contradiction(_ first: String, _ second: String) -> Problem {
    Problem(
      .usage,
      code: "usage.contradiction",
      "\(first) and \(second) do not go together",
      hint: "drydock restore --help says what each does."
    )
  }

  /// Restores what was asked for.
  func restore(
    _ content: SnapshotContent,
    into target: ConnectionSettings,
    _ context: Context
  ) async throws -> ExitStatus {
    var options = options(in: context)
    if let status = try await restoreDump(content, into: target, options, context) { return status }
    options.excludedTables = selection.excludedTables
    options.isDataOnly = selection.isDataOnly
    options.roles = try RoleMap(selection.mappedRoles)
    var omissions: [String] = []
    if selection.hasRoles {
      omissions += try await createRoles(content, target, options.roles, context)
    }
    var result = try await run(content, target, options, context)
    result.omissions = omissions + result.omissions
    context.progress.clear()
    // A table, or a definition without rows, does not make a database as old as the snapshot.
    if tables.isEmpty, selection.excludedTables.isEmpty, !isSchemaOnly {
      let filled = selection.newDatabase.map { target.database($0) } ?? target
      await context.remember(
        content,
        restoredInto: filled,
        isWhole: schemas.isEmpty,
        omissions: result.omissions
      )
    }
    if !context.isQuiet || context.isJSON { context.show(result.report(of: content)) }
    return result.omissions.isEmpty ? .done : .omissions
  }

  private func run(
    _ content: SnapshotContent,
    _ target: ConnectionSettings,
    _ options: RestoreOptions,
    _ context: Context
  ) async throws -> RestoreResult {
    let report: @Sendable (RestoreProgress) -> Void = { context.progress.report($0.report) }
    if let name = selection.rename {
      return try await TableBeside(
        of: content,
        rename: name,
        into: target,
        options: options,
        progress: report
      ).run()
    }
    if options.isDataOnly {
      return try await DataOnlyRun(
        of: content,
        into: target,
        options: options,
        progress: report
      ).run()
    }
    guard let name = selection.newDatabase else {
      return try await RestoreRun(of: content, into: target, options: options, progress: report)
        .run()
    }
    let database = NewDatabase(name, on: target, like: content, options: options)
    return try await fill(database, content, options, report)
  }

  private func fill(
    _ database: NewDatabase,
    _ content: SnapshotContent,
    _ options: RestoreOptions,
    _ report: @escaping @Sendable (RestoreProgress) -> Void
  ) async throws -> RestoreResult {
    let lane = Lane("drydock.database")
    var omissions = try await lane.run { try database.create() }
    do {
      var result = try await RestoreRun(
        of: content,
        into: database.settings,
        options: options,
        progress: report
      ).run()
      omissions += try await lane.run { try database.finish() }
      result.name = selection.newDatabase
      result.omissions = omissions + result.omissions
      return result
    } catch let problem as Problem {
      throw await Task.detached { database.abandon(after: problem) }.value
    }
  }

  private func createRoles(
    _ content: SnapshotContent,
    _ target: ConnectionSettings,
    _ roles: RoleMap,
    _ context: Context
  ) async throws -> [String] {
    let outcome = try await Lane("drydock.roles").run {
      try RoleRestore(of: content, on: target, roles: roles).run()
    }
    if !outcome.created.isEmpty {
      context.note("created roles: \(outcome.created.joined(separator: ", "))")
    }
    if !outcome.present.isEmpty {
      context.note("left as they are: roles \(outcome.present.joined(separator: ", "))")
    }
    return outcome.omissions
  }
}
