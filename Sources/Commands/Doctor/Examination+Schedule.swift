internal import FoundationEssentials
internal import Problems
internal import Reports
internal import Schedule

extension Examination {
  /// Whether the plan's tasks are run when they are due; nothing where no plan is configured.
  func schedule() -> [Finding] {
    guard context.configuration.schedule.plan != nil else { return [] }
    do {
      return [Self.schedule(try PlanOverview(try PlanSession(in: context), on: context.localClock))]
    } catch {
      return [Finding("schedule", Problem(ending: error))]
    }
  }

  private static func schedule(_ plan: PlanOverview) -> Finding {
    let failed = plan.rows.filter { $0.last?.result == .failed }
    if !failed.isEmpty {
      return Finding(
        .bad,
        "schedule",
        "the last run failed: \(names(failed))",
        advice: "drydock schedule names the directory with the logs."
      )
    }
    let ahead = plan.rows.filter { row in row.last.map { isAhead($0, plan) } ?? false }
    if !ahead.isEmpty {
      return Finding(
        .warning,
        "schedule",
        "the last run is from the future: \(names(ahead))",
        advice: "This machine's clock was wrong. Until that time nobody sees that a run is missed: "
          + "remove the task's record from the directory that drydock schedule names."
      )
    }
    let missed = plan.rows.filter { row in row.last.map { isMissed(row, $0, plan) } ?? false }
    if !missed.isEmpty {
      return Finding(
        .warning,
        "schedule",
        "missed twice or more: \(names(missed))",
        advice: "Do the timers of systemd or cron still run?"
      )
    }
    let new = plan.rows.filter { $0.last == nil }
    if !new.isEmpty {
      return Finding(
        .warning,
        "schedule",
        "never run by this user: \(names(new))",
        advice: "Install the timers: drydock schedule --systemd, or --cron."
      )
    }
    return Finding(.good, "schedule", "each task ran when it was due: \(names(plan.rows))")
  }

  /// Whether two due times have gone by since a task last did what it should.
  private static func isMissed(
    _ row: PlanOverview.Row,
    _ last: TaskRecord,
    _ plan: PlanOverview
  ) -> Bool {
    var due = last.lastSuccess ?? last.started
    for _ in 0..<2 { due = row.entry.rhythm.next(after: due, on: plan.local) }
    return due.addingTimeInterval(plan.delay / .seconds(1)) < plan.now
  }

  /// Whether a record was written by a clock that was ahead.
  private static func isAhead(_ last: TaskRecord, _ plan: PlanOverview) -> Bool {
    max(last.started, last.lastSuccess ?? last.started)
      > plan.now.addingTimeInterval(clockTolerance)
  }

  private static func names(_ rows: [PlanOverview.Row]) -> String {
    Finding.names(rows.map(\.entry.task.rawValue), limit: ScheduledTask.allCases.count)
  }
}
