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
    try requireGuardedSense()
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

  /// Nothing that was typed is passed over where live data are at stake.
  private func requireGuardedSense() throws {
    if isDropping || way != nil, !isReplacing || schemas.isEmpty {
      throw Problem(
        .usage,
        code: "usage.replace",
        "--drop and --way belong to --replace --schema",
        reason: "a whole database is always built beside, and the old one kept until --accept",
        hint: "Give --replace --schema NAME with them, or leave them away."
      )
    }
    guard isUndo || isResume || isAccept || isReplacing else { return }
    let guarded = isUndo ? "--undo" : isResume ? "--resume" : isAccept ? "--accept" : "--replace"
    // A table and its new name are refused later, with the way that there is.
    let isTable = isReplacing && !tables.isEmpty
    if let option = selection.given.first(where: { !(isTable && $0 == "--rename") }) {
      throw Self.contradiction(option, guarded)
    }
    guard isReplacing else { return try requireNothing(besides: guarded) }
    guard isSchemaOnly || hasNoVerification else { return }
    throw Problem(
      .usage,
      code: "usage.replace-whole",
      "--replace brings everything, and compares it",
      hint: "Leave --schema-only and --no-verify away."
    )
  }

  /// What an operation brings was said when it was planned; a part of it cannot be chosen now.
  private func requireNothing(besides guarded: String) throws {
    let given = [
      ("--schema", !schemas.isEmpty), ("--table", !tables.isEmpty),
      ("--schema-only", isSchemaOnly), ("--no-verify", hasNoVerification),
    ]
    for (option, isGiven) in given where isGiven { throw Self.contradiction(option, guarded) }
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
    var result: RestoreResult
    if selection.hasRoles {
      result = try await runWithRoles(content, target, options, context)
    } else {
      result = try await run(content, target, options, context)
    }
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
    var result: RestoreResult
    do {
      result = try await RestoreRun(
        of: content,
        into: database.settings,
        options: options,
        progress: report
      ).run()
    } catch {
      // A cancellation before the first statement is no problem yet, and leaves the database too.
      let problem = error as? Problem ?? Problem(ending: error)
      throw await Task.detached { database.abandon(after: problem) }.value
    }
    // What fails from here on costs hours if the database is dropped, and a statement if it is not.
    omissions += try await lane.run { try database.finish() }
    result.name = selection.newDatabase
    result.omissions = omissions + result.omissions
    return result
  }

  /// Creates the roles first; they stay, whatever becomes of the rest.
  private func runWithRoles(
    _ content: SnapshotContent,
    _ target: ConnectionSettings,
    _ options: RestoreOptions,
    _ context: Context
  ) async throws -> RestoreResult {
    try await requirePossible(content, target, options)
    let outcome = try await createRoles(content, target, options.roles, context)
    do {
      var result = try await run(content, target, options, context)
      result.omissions = outcome.omissions + result.omissions
      return result
    } catch {
      var problem = error as? Problem ?? Problem(ending: error)
      if !outcome.created.isEmpty {
        let names = outcome.created.joined(separator: ", ")
        problem.facts.append(.init("roles", "\(names) were created before, and stay"))
      }
      throw problem
    }
  }

  /// Asks the target's guards before a role is created, where they can be asked alone.
  private func requirePossible(
    _ content: SnapshotContent,
    _ target: ConnectionSettings,
    _ options: RestoreOptions
  ) async throws {
    if let name = selection.newDatabase {
      let database = NewDatabase(name, on: target, like: content, options: options)
      try await Lane("drydock.database").run { try database.requireFree() }
    } else if selection.rename == nil, !options.isDataOnly {
      try await RestoreRun(of: content, into: target, options: options).requireTarget()
    }
  }

  private func createRoles(
    _ content: SnapshotContent,
    _ target: ConnectionSettings,
    _ roles: RoleMap,
    _ context: Context
  ) async throws -> RoleRestore.Outcome {
    let outcome = try await Lane("drydock.roles").run {
      try RoleRestore(of: content, on: target, roles: roles).run()
    }
    if !outcome.created.isEmpty {
      context.note("created roles: \(outcome.created.joined(separator: ", "))")
    }
    if !outcome.present.isEmpty {
      context.note("left as they are: roles \(outcome.present.joined(separator: ", "))")
    }
    return outcome
  }
}
