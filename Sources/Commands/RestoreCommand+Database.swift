internal import Postgres
internal import Problems
internal import Reports
internal import Repository
internal import Restoration
internal import Snapshot

/// What `restore` does with whole databases.
extension RestoreCommand {
  /// Plans the replacement of a whole database, and runs it when the plan is confirmed.
  func replaceDatabase(in target: ConnectionSettings, _ context: Context) async throws -> ExitStatus
  {
    try requireUnprotected(context)
    guard !isSchemaOnly, !hasNoVerification else {
      throw Problem(
        .usage,
        code: "usage.replace-whole",
        "--replace brings everything, and compares it",
        hint: "Leave --schema-only and --no-verify away."
      )
    }
    guard !isDropping, way == nil else {
      throw Problem(
        .usage,
        code: "usage.replace-schema",
        "--drop and --way belong to --schema; nothing was changed",
        reason: "a whole database is built beside the live one, and its old copy is kept",
        hint: "Leave them away; once the new one is right, --accept drops the old copy."
      )
    }
    let repository = try await context.openRepository()
    let content = try await context.snapshot(try snapshot, of: nil, in: repository)
    try content.requireTaken("replaces nothing")
    let replacement = DatabaseReplacement(
      of: content,
      into: target,
      options: databaseOptions(context)
    ) { context.progress.report($0.report) }
    let confirmed: String
    if let token {
      confirmed = token
    } else {
      let plan = try await replacement.plan()
      context.progress.clear()
      let words = ["restore", content.name.shortID, "--into", into, "--replace"] + maintenanceWords
      guard try confirm(plan.report(command(words, plan.token, context)), plan.target, context)
      else { return .refused }
      confirmed = plan.token
    }
    let result = try await replacement.run(token: confirmed)
    context.progress.clear()
    await context.remember(content, restoredInto: target, isWhole: true)
    context.show(result.report(undo: undoCommand(result)))
    return result.omissions.isEmpty ? .done : .omissions
  }

  /// Undoes, accepts or resumes the operation of a copy of a whole database.
  func continueDatabase(
    _ copy: DatabaseCopy,
    in target: ConnectionSettings,
    _ context: Context
  ) async throws -> ExitStatus {
    let repository = try await context.openRepository()
    let operation = DatabaseOperation(
      copy,
      in: target,
      repository: repository,
      options: databaseOptions(context)
    ) { context.progress.report($0.report) }
    let result: DatabaseResult
    if isResume {
      // A copy that was being built would take the live name.
      if copy.state == .building || copy.state == .proven { try requireUnprotected(context) }
      result = try await operation.resume()
    } else {
      try requireUnprotected(context)
      let plan = isUndo ? try await operation.undoPlan() : try await operation.acceptPlan()
      let action = isUndo ? "--undo" : "--accept"
      let words = ["restore", action, plan.operation, "--into", into] + maintenanceWords
      if token == nil,
        try !confirm(plan.report(command(words, plan.token, context)), plan.target, context)
      {
        return .refused
      }
      let confirmed = token ?? plan.token
      let safety = safetySnapshot(of: target, repository, context, isWhole: true)
      result =
        isUndo
        ? try await operation.undo(token: confirmed)
        : try await operation.accept(token: confirmed, safety: safety)
    }
    context.progress.clear()
    context.show(result.report(undo: result.state == .swapped ? undoCommand(result) : nil))
    return .done
  }

  private func undoCommand(_ result: DatabaseResult) -> [String] {
    ["drydock", "restore", "--undo", result.operation, "--into", into] + maintenanceWords
  }

  private var maintenanceWords: [String] {
    maintenance == "postgres" ? [] : ["--maintenance-db", maintenance]
  }

  private func databaseOptions(_ context: Context) -> DatabaseReplacementOptions {
    var options = DatabaseReplacementOptions()
    options.jobs = workers(in: context)
    if hasNoOwners { options.without.insert(.owners) }
    if hasNoPrivileges { options.without.insert(.privileges) }
    options.maintenance = maintenance
    options.allowsProtected = context.configuration.allowsProtected
    options.binaryDirectory = context.configuration.binaries
    return options
  }
}
