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
      let words =
        ["restore", content.name.shortID, "--into", into, "--replace"]
        + maintenanceWords + replacingWords
      guard try confirm(plan.report(command(words, plan.token, context)), plan.target, context)
      else { return .refused }
      confirmed = plan.token
    }
    let result = try await replacement.run(token: confirmed)
    return try await conclude(result, target, repository, context)
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
    return try await conclude(result, target, repository, context)
  }

  /// Remembers an exchange that this run has made, and says what came of it.
  private func conclude(
    _ result: DatabaseResult,
    _ target: ConnectionSettings,
    _ repository: Repository,
    _ context: Context
  ) async throws -> ExitStatus {
    context.progress.clear()
    if result.hasSwapped, let name = SnapshotName(result.snapshot) {
      let content = try SnapshotContent(opening: name, in: repository)
      await context.remember(content, restoredInto: target, isWhole: true)
    }
    context.show(
      result.report { action in
        ["drydock", "restore", action, result.operation, "--into", into] + maintenanceWords
      }
    )
    // A copy that waits is not what was asked for: a person has to say whether it will do.
    if result.state == .proven { return .refused }
    return result.omissions.isEmpty ? .done : .omissions
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
