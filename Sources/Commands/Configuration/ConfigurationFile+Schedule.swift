internal import Arguments
internal import HTTP
internal import Problems
internal import Processes
internal import Schedule
internal import YAML

/// The keys that say what is run by itself, and who hears of it.
extension ConfigurationFile {
  private enum PlanKey: String, CaseIterable {
    case jitter
    case retries
    case retryAfter = "retry_after"
    case limit
    case priority
  }

  /// A key that says when a task is due.
  private enum RhythmKey: String, CaseIterable {
    case every
    case at
    case days
    case day
  }

  private enum PingKey: String, CaseIterable {
    case start
    case success
    case failure
  }

  /// Which tasks are run when: `{backup: {every: 15m}, forget: {at: "03:00"}, jitter: 5m}`.
  func plan(_ node: YAMLNode) throws -> TaskPlan {
    var tasks: [TaskPlan.Entry] = []
    var found: [PlanKey: YAMLNode] = [:]
    for entry in try entries(of: node) {
      if let task = ScheduledTask(rawValue: entry.key.name) {
        tasks.append(try planned(task, entry.value))
      } else if let key = PlanKey(rawValue: entry.key.name) {
        found[key] = entry.value
      } else {
        let known = ScheduledTask.allCases.map(\.rawValue) + PlanKey.allCases.map(\.rawValue)
        throw unknown(entry.key, in: known)
      }
    }
    guard !tasks.isEmpty else {
      throw problem(
        node.mark,
        "bad-value",
        "A plan has at least one task",
        hint: "Tasks are: \(ScheduledTask.allCases.map(\.rawValue).joined(separator: ", "))."
      )
    }
    var plan = TaskPlan(tasks)
    if let jitter = found[.jitter] { plan.jitter = try duration(jitter) }
    if let retries = found[.retries] { plan.retries = try retryCount(retries) }
    if let pause = found[.retryAfter] { plan.retryAfter = try duration(pause) }
    if let limit = found[.limit] { plan.limit = try self.limit(limit) }
    if let priority = found[.priority] { plan.priority = try self.priority(priority) }
    try refuseLongJitter(plan, node)
    return plan
  }

  /// A host that is later than its plan by more than a rhythm would skip a run.
  private func refuseLongJitter(_ plan: TaskPlan, _ node: YAMLNode) throws {
    for entry in plan.entries where plan.jitter >= entry.rhythm.shortestPause {
      throw problem(
        node.mark,
        "bad-value",
        "'jitter' must be shorter than the pause between two runs of \(entry.task.rawValue)"
      )
    }
  }

  private func planned(_ task: ScheduledTask, _ node: YAMLNode) throws -> TaskPlan.Entry {
    var found: [RhythmKey: YAMLNode] = [:]
    var words: [String] = []
    var limit: TaskPlan.Limit?
    let options = TaskOption.options(of: task)
    for entry in try entries(of: node) {
      if let key = RhythmKey(rawValue: entry.key.name) {
        found[key] = entry.value
      } else if entry.key.name == PlanKey.limit.rawValue {
        limit = try self.limit(entry.value)
      } else if let option = options.first(where: { $0.key == entry.key.name }) {
        words += try option.words(entry.value, in: self)
      } else {
        let known = RhythmKey.allCases.map(\.rawValue) + [PlanKey.limit.rawValue]
        throw unknown(entry.key, in: known + options.map(\.key))
      }
    }
    if task == .verify, !words.contains("--oldest"), !words.contains("latest") {
      words.append("--oldest")
    }
    if task == .copy, !words.contains(where: { $0.hasPrefix("--to=") }) {
      throw problem(node.mark, "bad-value", "The key 'to' is missing here")
    }
    var entry = TaskPlan.Entry(task, try rhythm(found, node), words: words)
    entry.limit = limit
    try check(entry, node)
    return entry
  }

  /// What a command would refuse at night is refused when the file is read.
  private func check(_ entry: TaskPlan.Entry, _ node: YAMLNode) throws {
    do {
      let command = try ScheduledWork.command(for: entry)
      if let verify = command as? VerifyCommand, !(0...3).contains(verify.level) {
        throw problem(node.mark, "bad-value", "There is no level \(verify.level)", hint: "0 to 3.")
      }
    } catch let error as UsageError {
      throw problem(node.mark, "bad-value", error.text, hint: error.hint)
    }
  }

  private func rhythm(_ found: [RhythmKey: YAMLNode], _ node: YAMLNode) throws -> Rhythm {
    switch (found[.every], found[.at]) {
    case (let every?, nil):
      guard found[.days] == nil, found[.day] == nil else {
        throw problem(every.mark, "bad-value", "'every' goes with neither 'days' nor 'day'")
      }
      if let rhythm = Rhythm(every: try duration(every)) { return rhythm }
      throw problem(
        every.mark,
        "bad-value",
        "'every' must divide an hour or a day, such as 5m, 15m, 1h or 6h"
      )
    case (nil, let at?): return .at(try times(at), try days(found, node))
    default:
      throw problem(node.mark, "bad-value", "Either 'every' or 'at' is expected here")
    }
  }

  private func times(_ node: YAMLNode) throws -> [TimeOfDay] {
    let nodes: [YAMLNode]
    if case .sequence(let list) = node.content { nodes = list } else { nodes = [node] }
    let times = try nodes.map { node in
      if let time = TimeOfDay(try text(node)) { return time }
      throw problem(node.mark, "bad-value", "A time of day is expected here, such as \"02:15\"")
    }
    guard !times.isEmpty, Set(times).count == times.count else {
      throw problem(node.mark, "bad-value", "One time of day or several are expected here")
    }
    return times
  }

  private func days(_ found: [RhythmKey: YAMLNode], _ node: YAMLNode) throws -> Rhythm.Days {
    switch (found[.days], found[.day]) {
    case (nil, nil): return .all
    case (let days?, nil):
      let week = try words(days, "[mon, thu]").map { word in
        if let day = Weekday(word) { return day }
        let known = Weekday.allCases.map(\.name).joined(separator: ", ")
        throw problem(days.mark, "bad-value", "There is no day '\(word)'", hint: "Days: \(known).")
      }
      guard Set(week).count == week.count else {
        throw problem(days.mark, "bad-value", "A day stands here twice")
      }
      return .week(week)
    case (nil, let day?):
      let number = try count(day)
      guard number <= Rhythm.lastDayOfEveryMonth else {
        throw problem(day.mark, "bad-value", "'day' must be from 1 to 28: every month has those")
      }
      return .month(number)
    default: throw problem(node.mark, "bad-value", "'days' and 'day' do not go together")
    }
  }

  private func retryCount(_ node: YAMLNode) throws -> Int {
    if let number = Int(try text(node)), (0...20).contains(number) { return number }
    throw problem(node.mark, "bad-value", "A whole number from 0 to 20 is expected here")
  }

  /// How long an attempt may take: `12h`, or `none`.
  private func limit(_ node: YAMLNode) throws -> TaskPlan.Limit {
    let text = try text(node)
    if text == "none" { return .unlimited }
    if let length = Duration(argument: text), length >= .seconds(1) { return .within(length) }
    throw problem(
      node.mark,
      "bad-value",
      "'limit' is a length of time such as 30m or 12h, at least 1s, or 'none'"
    )
  }

  private func priority(_ node: YAMLNode) throws -> ProcessPriority {
    if let priority = ProcessPriority(rawValue: try text(node)) { return priority }
    let known = ProcessPriority.allCases.map(\.rawValue).joined(separator: ", ")
    throw problem(node.mark, "bad-value", "'priority' is one of \(known)")
  }

  /// Programs around each task: `{before: [[/usr/bin/mount, /srv/backups]]}`.
  func hooks(_ node: YAMLNode) throws -> Hooks {
    var hooks = Hooks()
    for entry in try entries(of: node) {
      switch (Hooks.Stage(rawValue: entry.key.name), entry.key.name) {
      case (.before, _): hooks.before = try commands(entry.value)
      case (.after, _): hooks.after = try commands(entry.value)
      case (.failure, _): hooks.failure = try commands(entry.value)
      case (nil, "limit"): hooks.limit = try duration(entry.value)
      case (nil, _):
        throw unknown(entry.key, in: Hooks.Stage.allCases.map(\.rawValue) + ["limit"])
      }
    }
    guard hooks.limit > .zero else {
      throw problem(node.mark, "bad-value", "'limit' must be longer than 0s")
    }
    return hooks
  }

  private func commands(_ node: YAMLNode) throws -> [[String]] {
    try list(node).map { node in
      let words = try words(node, "[/usr/bin/systemctl, start, jobs]")
      guard words[0].hasPrefix("/") else {
        throw problem(
          node.mark,
          "bad-value",
          "The first word of a hook must be an absolute path",
          hint: "There is no shell; for one, write [/bin/sh, -c, 'command line']."
        )
      }
      return words
    }
  }

  /// Whom to tell: `{success: "https://hc.example.org/shop-{task}"}`.
  func pings(_ node: YAMLNode) throws -> Pings {
    var pings = Pings()
    for entry in try entries(of: node) {
      switch try key(entry.key, PingKey.self) {
      case .start: pings.start = try address(entry.value)
      case .success: pings.success = try address(entry.value)
      case .failure: pings.failure = try address(entry.value)
      }
    }
    return pings
  }

  /// The words of the failure are not repeated where they hold the address: it may be a secret.
  private func address(_ node: YAMLNode) throws -> PingAddress {
    let text = try text(node)
    do {
      return try PingAddress(parsing: text)
    } catch {
      throw problem(
        node.mark,
        "bad-value",
        "This is no address that can be told",
        hint: "Write https://SERVER/PATH; plain http goes to this machine alone, and no user or "
          + "password stands in it."
      )
    }
  }
}
