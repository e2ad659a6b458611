public import Arguments
internal import FoundationEssentials
internal import Problems
internal import Schedule

/// Shows the plan, writes the timers that run it, or runs it.
public struct ScheduleCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "schedule"
  /// One sentence.
  public static let summary = "Show the plan of every day, install its timers, or run it."
  /// What a plan is.
  public static let discussion = """
    The plan is 'schedule:' of the configuration: when to take snapshots, forget, collect, verify, check and \
    copy. Without an option it is shown, with the last run of each task. --systemd and --cron write what \
    wakes it; both call --run, which says nothing when all is well. --foreground needs neither.

    A task never runs beside itself. 'hooks:' are programs around each task, 'ping:' are addresses that hear of \
    each; docs/schedule.md has both.
    """
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock schedule", "Show what is due when, and how the last runs ended."),
    Example(
      "drydock schedule --systemd -o /etc/systemd/system --user drydock",
      "Write a service and a timer for each task."
    ),
    Example("drydock schedule --cron --profile shop", "Print lines for a crontab."),
    Example("drydock schedule --run backup,forget,collect", "Run these tasks now, in this order."),
    Example("drydock schedule --foreground", "Stay, and run each task when it is due."),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// Whether units of systemd are written.
  public var isSystemd = false
  /// Whether lines of a crontab are printed.
  public var isCron = false
  /// Where units are written to.
  public var directory: String?
  /// As whom timers run the tasks.
  public var user: String?
  /// Tasks to run now.
  public var tasks: String?
  /// Whether to wait for the same task that runs already.
  public var waits = false
  /// Whether to begin as late as the jitter wants.
  public var isJittered = false
  /// Whether to stay.
  public var isForeground = false

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    flag("--systemd", \.isSystemd, "Print a service of systemd, and a timer for each task.")
    flag("--cron", \.isCron, "Print lines for a crontab.")
    option(
      "--output",
      short: "-o",
      \.directory,
      value: "DIR",
      "With --systemd: write the units into this directory.",
      completion: .directory
    )
    option(
      "--user",
      \.user,
      value: "NAME",
      "With --systemd: for the machine's systemd, running as this user. With --cron: for /etc/cron.d."
    )
    option("--run", \.tasks, value: "TASK,...", "Run these tasks now, in the plan's order.")
    flag("--wait", \.waits, "With --run: wait while the same task runs already.")
    flag("--jitter", \.isJittered, "With --run: begin as much later as the plan's jitter wants.")
    flag("--foreground", \.isForeground, "Stay, and run each task when it is due.")
    group(\.shared)
  }

  /// Does what was asked.
  public func run(in context: Context) async throws -> ExitStatus {
    try refuseContradictions()
    let session = try PlanSession(in: context)
    if isSystemd { return try writeUnits(session) }
    if isCron {
      warnOfVariables(session)
      context.world.output.write(Crontab(session.plan, try caller(session)).text)
      return .done
    }
    if let tasks { return try await run(try session.entries(named: tasks), session) }
    if isForeground { return try await stay(session) }
    context.show(try PlanOverview(session, on: context.localClock).report)
    return .done
  }

  private func refuseContradictions() throws {
    let modes = [
      ("--systemd", isSystemd), ("--cron", isCron), ("--run", tasks != nil),
      ("--foreground", isForeground),
    ].filter { $0.1 }.map { $0.0 }
    guard modes.count < 2 else {
      throw Self.contradiction(
        "\(modes[0]) and \(modes[1]) do not go together",
        "Give one of them."
      )
    }
    let mode = modes.first ?? ""
    let wrong: (option: String, place: String)? =
      switch true {
      case directory != nil && !isSystemd: ("--output", "--systemd")
      case user != nil && !isSystemd && !isCron: ("--user", "--systemd or --cron")
      case waits && mode != "--run": ("--wait", "--run")
      case isJittered && mode != "--run": ("--jitter", "--run")
      default: nil
      }
    if let wrong {
      throw Self.contradiction("\(wrong.option) goes with \(wrong.place) alone", "Leave it out.")
    }
  }

  private static func contradiction(_ summary: String, _ hint: String) -> Problem {
    Problem(.usage, code: "usage.schedule", summary, hint: hint)
  }
}
