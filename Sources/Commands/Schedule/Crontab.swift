internal import Bytes
internal import Schedule

/// The lines of a crontab that run a plan: of a user's own, or of a file in `/etc/cron.d` for a named user.
struct Crontab: Sendable {
  private let plan: TaskPlan
  private let caller: PlanCaller

  /// Describes the lines of a plan.
  init(_ plan: TaskPlan, _ caller: PlanCaller) {
    self.plan = plan
    self.caller = caller
  }

  /// The whole text (crontab(5)).
  var text: String {
    let lines = plan.entries.flatMap { entry in
      entry.rhythm.cronFields.map { line($0, entry.task) }
    }
    return (head + lines).joined(separator: "\n") + "\n"
  }

  private var head: [String] {
    [
      "# Written by: drydock schedule --cron",
      "# A task that succeeds says nothing. cron sends what the others say to this address:",
      "# MAILTO=dba@example.org",
      "PATH=/usr/local/bin:/usr/bin:/bin",
    ]
  }

  private func line(_ fields: String, _ task: ScheduledTask) -> String {
    let jitter = plan.jitter > .zero ? ["--jitter"] : []
    // cron takes a bare percent sign for the end of the line.
    let call = ShellWords.quoted(caller.words(task.rawValue, jitter))
      .replacing(mark: "%", with: "\\%")
    return ([fields] + [caller.user].compactMap { $0 } + [call]).joined(separator: " ")
  }
}
