internal import Backup
internal import Files
internal import Migration
internal import Postgres
internal import Problems
internal import Reports
internal import Repository
internal import Restoration
internal import Snapshot
internal import Verification

/// The guarded half of `restore`: what replaces, undoes, resumes and accepts.
extension RestoreCommand {
  /// Plans a replacement, and runs it when the plan is confirmed.
  func replace(in target: ConnectionSettings, _ context: Context) async throws -> ExitStatus {
    if let table = tables.first { throw Self.tableReplaced(table) }
    if schemas.isEmpty, tables.isEmpty { return try await replaceDatabase(in: target, context) }
    guard schemas.count == 1, tables.isEmpty else {
      throw Problem(
        .refused,
        code: "restore.replace-one-schema",
        "--replace takes one --schema, or none for the whole database",
        reason: "a single table or several schemas cannot be replaced at once",
        hint: "Replace schema by schema, or the whole database."
      )
    }
    try requireUnprotected(context)
    let repository = try await context.openRepository()
    let content = try await context.snapshot(try snapshot, of: nil, in: repository)
    try content.requireTaken("replaces nothing")
    let replacement = SchemaReplacement(
      of: content,
      schema: schemas[0],
      into: target,
      options: replacementOptions(
        context,
        drop: isDropping ? safetySnapshot(of: target, repository, context) : nil
      )
    ) { context.progress.report($0.report) }
    let confirmed: String
    if let token {
      confirmed = token
    } else {
      let plan = try await replacement.plan()
      context.progress.clear()
      var words = [
        "restore", content.name.shortID, "--into", into, "--replace", "--schema", schemas[0],
      ]
      if let way { words += ["--way", way.rawValue] }
      if isDropping { words.append("--drop") }
      words += replacingWords
      guard try confirm(plan.report(command(words, plan.token, context)), plan.target, context)
      else { return .refused }
      confirmed = plan.token
    }
    let result = try await replacement.run(token: confirmed)
    context.progress.clear()
    await context.remember(
      content,
      restoredInto: target,
      isWhole: false,
      operation: result.operation
    )
    context.show(result.report(into: into))
    return result.omissions.isEmpty ? .done : .omissions
  }

  /// A table cannot change places: foreign keys, views and functions hold on to the live one.
  private static func tableReplaced(_ table: String) -> Problem {
    Problem(
      .refused,
      code: "restore.replace-table",
      "a single table is not replaced; nothing was changed",
      reason: "foreign keys, views and functions hold on to the live table \(table)",
      hint: "Restore it beside: --table \(table) --rename NEW, without --replace; then take over"
        + " the rows that you need."
    )
  }

  /// Undoes, accepts or resumes an operation.
  func continueOperation(
    in target: ConnectionSettings,
    _ context: Context
  ) async throws -> ExitStatus {
    guard [isUndo, isResume, isAccept].filter({ $0 }).count == 1, !isReplacing else {
      throw Problem(
        .usage,
        code: "usage.one-action",
        "Only one of --replace, --undo, --resume, --accept",
        hint: "drydock restores --into URL shows which operations there are."
      )
    }
    if let copy = try await DatabaseOperation.find(subject, in: target) {
      return try await continueDatabase(copy, in: target, context)
    }
    let repository = try await context.openRepository()
    let operation = SetAsideOperation(
      subject,
      in: target,
      repository: repository,
      options: replacementOptions(context, drop: safetySnapshot(of: target, repository, context))
    )
    let result: SetAsideResult
    if isResume {
      // What makes a copy live is held back by what would hold back the run itself.
      if try await operation.find().state.isUnfinished { try requireUnprotected(context) }
      result = try await operation.resume()
    } else {
      try requireUnprotected(context)
      let plan = isUndo ? try await operation.undoPlan() : try await operation.acceptPlan()
      let words = ["restore", isUndo ? "--undo" : "--accept", plan.operation, "--into", into]
      if token == nil,
        try !confirm(plan.report(command(words, plan.token, context)), plan.target, context)
      {
        return .refused
      }
      let confirmed = token ?? plan.token
      result =
        isUndo
        ? try await operation.undo(token: confirmed)
        : try await operation.accept(
          token: confirmed,
          safety: safetySnapshot(of: target, repository, context)
        )
    }
    context.progress.clear()
    if !isUndo { await context.remember(result, in: target, repository) }
    context.show(result.report)
    return result.notices.isEmpty ? .done : .omissions
  }

  /// Shows a plan; on a terminal the database's name can be typed instead of giving the token.
  func confirm(
    _ report: Report,
    _ target: TargetIdentity,
    _ context: Context
  ) throws -> Bool {
    context.show(report)
    guard context.world.isInteractive, !context.isJSON else { return false }
    try Confirmation.require(
      typing: target.database,
      before: "Database \(target.database) will be changed.",
      alternative: "Give --confirm with the token of the plan.",
      in: context
    )
    return true
  }

  func requireUnprotected(_ context: Context) throws {
    guard context.configuration.isProtected else { return }
    throw Problem(
      .refused,
      code: "restore.protected",
      "The configuration protects this database",
      facts: context.configuration.files.map { .init("file", $0) },
      hint: "Whoever may decide it writes 'protected: false' there."
    )
  }

  private func replacementOptions(
    _ context: Context,
    drop: SafetySnapshot?
  ) -> ReplacementOptions {
    var options = ReplacementOptions()
    options.way = way
    options.jobs = workers(in: context)
    options.drop = drop
    if hasNoOwners { options.without.insert(.owners) }
    if hasNoPrivileges { options.without.insert(.privileges) }
    options.allowsProtected = context.configuration.allowsProtected
    options.binaryDirectory = context.configuration.binaries
    options.schemasOfPatch = Self.schemasOfPatch(patchOptions, context)
    return options
  }

  /// Looks up which schemas a patch names, where its file is at hand.
  private static func schemasOfPatch(
    _ patches: PatchOptions,
    _ context: Context
  ) -> @Sendable (String, String) throws -> Set<String>? {
    { version, _ in
      guard Directory.exists(patches.path(in: context)), let version = Version(version),
        let patch = try patches.read(in: context)[version]
      else { return nil }
      return patch.schemas
    }
  }

  /// The options of a replacement that its token binds or its run needs, as they were given.
  var replacingWords: [String] {
    (hasNoOwners ? ["--no-owner"] : []) + (hasNoPrivileges ? ["--no-privileges"] : [])
      + (jobs.map { ["--jobs", String($0)] } ?? [])
      + (patchOptions.patches.map { ["--patches", $0] } ?? [])
  }

  /// The command line that runs the plan, as a list of words.
  func command(_ words: [String], _ token: String, _ context: Context) -> [String] {
    var command = ["drydock"] + words + ["--confirm", token]
    if let config = shared.config { command += ["--config", config] }
    if let profile = shared.profile { command += ["--profile", profile] }
    if let repository = shared.repository { command += ["--repository", repository] }
    if let file = shared.passphraseFile { command += ["--passphrase-file", file] }
    if let file = shared.keyFile { command += ["--key-file", file] }
    return command
  }

  /// A snapshot of the copy that is about to be dropped, read whole.
  func safetySnapshot(
    of target: ConnectionSettings,
    _ repository: Repository,
    _ context: Context,
    isWhole: Bool = false
  ) -> SafetySnapshot {
    let binaries = context.configuration.binaries
    let jobs = workers(in: context)
    let tool = "drydock \(ToolVersion.number)"
    return SafetySnapshot { copy in
      var options = BackupOptions()
      if !isWhole { options.schemas = [copy] }
      options.jobs = jobs
      options.tags = ["safety": copy]
      options.tool = tool
      options.binaryDirectory = binaries
      let source = isWhole ? target.database(copy) : target
      let taken = try await BackupRun(of: source, into: repository, options: options).run()
      let content = try SnapshotContent(opening: taken.snapshot, in: repository)
      let proven = try await VerificationRun(
        of: content,
        options: .init(level: .content, jobs: 1, binaryDirectory: binaries),
        tool: tool
      ).run()
      let level = proven.proof.map(\.level.rawValue) ?? -1
      return SafetySnapshot.Proof(snapshot: taken.snapshot.text, level: level)
    }
  }
}
