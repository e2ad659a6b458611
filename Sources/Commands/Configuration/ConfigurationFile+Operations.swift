internal import Arguments
internal import Operations
internal import Problems
internal import YAML

/// The keys that say how a database is operated.
extension ConfigurationFile {
  private enum RunbookKey: String, CaseIterable {
    case shortDowntime = "short_downtime"
    case require
    case before
    case waves
    case after
  }

  private enum RequirementKey: String, CaseIterable {
    case name
    case query
    case above
    case hint
  }

  private enum WaveKey: String, CaseIterable {
    case name
    case sql
    case run
    case until
    case poll
    case limit
  }

  private enum TransitionKey: String, CaseIterable {
    case table
    case id
    case state
    case time
    case names
    case apply
    case paths
    case content
    case batch
    case pause
  }

  /// What must happen around a restore or a stop.
  func runbook(_ node: YAMLNode) throws -> Runbook {
    var runbook = Runbook()
    for entry in try entries(of: node) {
      switch try key(entry.key, RunbookKey.self) {
      case .shortDowntime: runbook.shortDowntime = try duration(entry.value)
      case .require: runbook.requirements = try list(entry.value).map(requirement)
      case .before: runbook.before = try list(entry.value).map(step)
      case .waves: runbook.waves = try list(entry.value).map(wave)
      case .after: runbook.after = try list(entry.value).map(step)
      }
    }
    let names = runbook.waves.map(\.name)
    guard Set(names).count == names.count else {
      throw problem(node.mark, "bad-value", "Two waves have the same name")
    }
    return runbook
  }

  private func requirement(_ node: YAMLNode) throws -> Runbook.Requirement {
    let found = try values(of: node, by: RequirementKey.self)
    return Runbook.Requirement(
      name: try text(try needed(found[.name], "name", node)),
      query: try text(try needed(found[.query], "query", node)),
      above: try found[.above].map(duration),
      hint: try found[.hint].map(text)
    )
  }

  private func wave(_ node: YAMLNode) throws -> Runbook.Wave {
    let found = try values(of: node, by: WaveKey.self)
    var wave = Runbook.Wave(
      name: try text(try needed(found[.name], "name", node)),
      start: try step(found[.sql], found[.run], node),
      until: try found[.until].map(text)
    )
    if let poll = found[.poll] { wave.poll = try duration(poll) }
    if let limit = found[.limit] { wave.limit = try duration(limit) }
    guard wave.poll > .zero else {
      throw problem(node.mark, "bad-value", "'poll' must be longer than 0s")
    }
    return wave
  }

  private func step(_ node: YAMLNode) throws -> RunbookStep {
    var found: [String: YAMLNode] = [:]
    for entry in try entries(of: node) {
      guard ["sql", "run"].contains(entry.key.name) else {
        throw unknown(entry.key, in: ["sql", "run"])
      }
      found[entry.key.name] = entry.value
    }
    return try step(found["sql"], found["run"], node)
  }

  private func step(_ sql: YAMLNode?, _ run: YAMLNode?, _ node: YAMLNode) throws -> RunbookStep {
    switch (sql, run) {
    case (let sql?, nil): return .sql(try text(sql))
    case (nil, let run?): return .command(try words(run, "[/usr/bin/systemctl, start, jobs]"))
    default:
      throw problem(node.mark, "bad-value", "Either 'sql' or 'run' is expected here")
    }
  }

  /// How states and contents may be repaired, by name.
  func transitions(_ node: YAMLNode) throws -> [Transition] {
    try entries(of: node).map { try transition($0.key.name, $0.value) }
  }

  private func transition(_ name: String, _ node: YAMLNode) throws -> Transition {
    let found = try values(of: node, by: TransitionKey.self)
    var transition = Transition(
      name: name,
      table: try text(try needed(found[.table], "table", node)),
      id: try text(try needed(found[.id], "id", node))
    )
    transition.state = try found[.state].map(text)
    transition.time = try found[.time].map(text)
    transition.names = try found[.names].map(text)
    transition.apply = try found[.apply].map(text)
    transition.content = try found[.content].map(text)
    transition.paths = try found[.paths].map { try list($0).map(path) } ?? []
    if let batch = found[.batch] { transition.batch = try count(batch) }
    if let pause = found[.pause] { transition.pause = try duration(pause) }
    guard transition.apply == nil || transition.state != nil else {
      throw problem(node.mark, "bad-value", "'apply' needs 'state', the column that it changes")
    }
    return transition
  }

  private func path(_ node: YAMLNode) throws -> [String] {
    let path = try words(node, "[error, error_checked, ready]")
    guard path.count > 1 else {
      throw problem(node.mark, "bad-value", "A path has two states or more")
    }
    return path
  }

  func duration(_ node: YAMLNode) throws -> Duration {
    if let duration = Duration(argument: try text(node)) { return duration }
    throw problem(node.mark, "bad-value", "Expected is \(Duration.expectation)")
  }

  func list(_ node: YAMLNode) throws -> [YAMLNode] {
    guard case .sequence(let nodes) = node.content else {
      throw problem(node.mark, "bad-value", "A list is expected here")
    }
    return nodes
  }

  func needed(_ value: YAMLNode?, _ key: String, _ node: YAMLNode) throws -> YAMLNode {
    if let value { return value }
    throw problem(node.mark, "bad-value", "The key '\(key)' is missing here")
  }
}
