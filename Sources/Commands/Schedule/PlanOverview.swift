internal import FoundationEssentials
internal import Schedule

/// A plan as it stands now: what is due next, and how the last runs ended.
struct PlanOverview {
  /// One task.
  struct Row {
    let entry: TaskPlan.Entry
    let next: Date
    let last: TaskRecord?
  }

  let rows: [Row]
  let local: LocalClock
  let now: Date
  let delay: Duration
  let plan: TaskPlan
  let directory: String

  init(_ session: PlanSession, on local: LocalClock) throws {
    self.local = local
    now = session.context.world.now()
    plan = session.plan
    delay = session.delay
    directory = session.journal.directory
    let loop = PlanLoop(session.plan, on: local, delay: session.delay, session.context.clock)
    rows = try session.plan.entries.map { entry in
      Row(entry: entry, next: loop.due(entry), last: try session.journal.last(of: entry.task))
    }
  }
}
