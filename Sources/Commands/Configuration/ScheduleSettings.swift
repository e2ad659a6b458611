internal import Problems
internal import Schedule

/// What is run by itself, and who hears of it, as one place gave it.
struct ScheduleSettings: Sendable, Equatable {
  /// Which tasks are run when.
  var plan: TaskPlan?
  /// Programs around each task.
  var hooks: Hooks?
  /// Whom to tell.
  var pings: Pings?

  /// These settings, completed with those of a place that counts less; each key as a whole.
  func completed(with other: ScheduleSettings) -> ScheduleSettings {
    ScheduleSettings(
      plan: plan ?? other.plan,
      hooks: hooks ?? other.hooks,
      pings: pings ?? other.pings
    )
  }

  /// The plan, without which nothing is run.
  func requiredPlan() throws -> TaskPlan {
    if let plan { return plan }
    throw Problem(
      .usage,
      code: "usage.no-schedule",
      "There is no plan",
      reason: "the key 'schedule' is in no configuration that is trusted",
      hint: """
        Write one, such as 'schedule: {backup: {every: 15m}, forget: {at: "03:00"}}'; \
        docs/schedule.md has a whole one.
        """
    )
  }
}
