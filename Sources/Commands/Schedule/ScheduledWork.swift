internal import Arguments
internal import Problems
internal import Reports
internal import Schedule
internal import Synchronization

/// What a task of the plan does: the same command that a person calls, with its words kept in memory.
struct ScheduledWork {
  /// How much of a result is told where a command reports damage by its status alone.
  private static let toldLines = 20

  let context: Context
  let entry: TaskPlan.Entry

  /// The command of an entry, with its words filled in.
  ///
  /// - Throws: A `UsageError` for words that the command does not have.
  static func command(for entry: TaskPlan.Entry) throws -> any RunnableCommand {
    let words = [entry.task.rawValue] + entry.words
    guard case .run(let command, _) = try CommandLineReader(CommandTree.root).read(words),
      let command = command as? any RunnableCommand
    else { preconditionFailure("\(entry.task) is a command that can run") }
    return command
  }

  /// Runs the command once.
  func attempt() async -> Attempt {
    let log = Output()
    let warnings = Output()
    var world = context.world
    world.output = log
    world.errors = log
    world.warnings = warnings
    // Nobody is there to be asked.
    world.isInteractive = false
    // Threads that belong to no task must hear it too when a time limit ends this attempt alone.
    let isAsked = Mutex(false)
    let isStopping = world.isStopping
    world.isStopping = { isAsked.withLock { $0 } || isStopping() }
    let inner = Context(world, context.configuration, SharedOptions())
    var attempt = await withTaskCancellationHandler {
      await run(in: inner, log)
    } onCancel: {
      isAsked.withLock { $0 = true }
    }
    inner.progress.clear()
    attempt.log = log.captured
    attempt.warnings = warnings.captured
    return attempt
  }

  private func run(in inner: Context, _ log: Output) async -> Attempt {
    do {
      let status = try await Self.command(for: entry).run(in: inner)
      return Attempt(exit: status.rawValue, problem: problem(of: status, log.captured))
    } catch {
      let problem = Problem(ending: error)
      return Attempt(exit: ExitStatus(problem.kind).rawValue, problem: problem)
    }
  }

  /// The problem of a command that says what it found in its result, and not as an error.
  private func problem(of status: ExitStatus, _ log: String) -> Problem? {
    let kind: Problem.Kind
    let summary: String
    switch status {
    case .done, .omissions: return nil
    case .damaged: (kind, summary) = (.damaged, "\(entry.task.rawValue) found damage")
    default:
      (kind, summary) = (.failed, "\(entry.task.rawValue) ended with status \(status.rawValue)")
    }
    let lines = log.split(separator: "\n").suffix(Self.toldLines)
    return Problem(
      kind,
      code: "schedule.\(entry.task.rawValue)-\(kind.rawValue)",
      summary,
      reason: lines.isEmpty ? nil : lines.joined(separator: "\n"),
      hint: "The log has the whole result; drydock \(entry.task.rawValue) shows it again."
    )
  }
}
