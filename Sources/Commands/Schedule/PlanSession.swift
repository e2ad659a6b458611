internal import Bytes
internal import FoundationEssentials
internal import Problems
internal import Processes
internal import Schedule
internal import Snapshot

/// A plan at work: its tasks with their journal, hooks and pings.
struct PlanSession: Sendable {
  let context: Context
  let plan: TaskPlan
  let journal: TaskJournal
  /// By how much this host is later than the plan.
  let delay: Duration

  /// The plan that is configured.
  ///
  /// - Throws: `usage.no-schedule`, and where a task could never succeed.
  init(in context: Context) throws {
    self.context = context
    plan = try context.configuration.schedule.requiredPlan()
    guard plan.entry(.forget) == nil || context.configuration.keep?.isEmpty == false else {
      throw Problem(
        .usage,
        code: "usage.no-policy",
        "The plan has the task forget, and nothing says which snapshots to keep",
        hint: "Write 'keep: {daily: 7, weekly: 5, monthly: 12}' into the configuration."
      )
    }
    let identity = try context.planIdentity()
    journal = try TaskJournal(of: identity, in: try context.stateDirectory())
    delay = try plan.delay(host: ProcessInfo.processInfo.hostName, plan: try identity.name)
  }

  /// Lets this process give way as the plan says.
  func lowerPriority() {
    do {
      try plan.priority.apply()
    } catch {
      context.warn("the tasks run with the usual priority: \(Problem(ending: error).summary)")
    }
  }

  /// Runs a task to its end, whatever it is.
  func run(_ entry: TaskPlan.Entry, waits: Bool = false) async throws -> TaskOutcome {
    let settings = context.configuration.schedule
    var run = TaskRun(entry.task, of: plan, journal, context.clock)
    run.hooks = settings.hooks ?? Hooks()
    run.pings = settings.pings ?? Pings()
    run.waits = waits
    run.hookEnvironment = EnvironmentWhitelist.system.filtering(context.world.environment)
    run.hookEnvironment["DRYDOCK_CONFIG"] = context.configuration.files.last
    run.hookEnvironment["DRYDOCK_PROFILE"] = context.configuration.profile
    let work = ScheduledWork(context: context, entry: entry)
    return try await run.run { await work.attempt() }
  }

  /// The entries of tasks that were named, in the order of the plan.
  func entries(named text: String) throws -> [TaskPlan.Entry] {
    let known = plan.entries.map(\.task.rawValue)
    let words = text.split(separator: ",").map(\.trimmed)
    if let unknown = words.first(where: { !known.contains($0) }) {
      throw Problem(
        .usage,
        code: "usage.no-such-task",
        "The plan has no task '\(unknown)'",
        hint: "Its tasks are: \(known.joined(separator: ", "))."
      )
    }
    guard !words.isEmpty else {
      throw Problem(
        .usage,
        code: "usage.no-such-task",
        "No task is named",
        hint: "Its tasks are: \(known.joined(separator: ", "))."
      )
    }
    return plan.entries.filter { words.contains($0.task.rawValue) }
  }
}
