internal import FoundationEssentials
internal import Operations
internal import Reports

extension WaveRun.Event {
  /// What happens, in a few words.
  var phase: String {
    switch self {
    case .starting(let name): "starting \(name)"
    case .waiting(let name): "waiting until \(name) has caught up"
    case .caughtUp(let name): "\(name) has caught up"
    }
  }
}

extension Runbook {
  /// The steps before a restore.
  var reportBefore: Report {
    Report(
      blocks: before.isEmpty
        ? [.paragraph("The runbook has no steps before a restore.")] : [.list(before.map(\.text))],
      json: ["event": "result", "before": .array(before.map { .string($0.text) })]
    )
  }
}

extension WavePlan {
  /// What is known of the waves.
  func report(isDryRun: Bool) -> Report {
    var blocks: [Report.Block] = [
      .values([
        .init("database", database),
        .init("data of", "\(origin.dataTime.formatted(.iso8601)) (\(origin.text))"),
        .init("downtime", Quantity.duration(.seconds(downtime))),
        .init("start", isTogether ? "all waves together" : "wave by wave"),
        .init("state", state),
      ])
    ]
    if isDryRun, !checks.isEmpty { blocks.append(.table(requirementTable)) }
    blocks.append(.table(waveTable))
    return Report(blocks: blocks, json: json)
  }

  private var state: String {
    if isFinished { return "done" }
    if !isReady { return "a requirement does not hold" }
    return isUnderWay ? "under way" : "ready"
  }

  private var requirementTable: Table {
    var table = Table([.flexible("requirement"), .text("holds"), .flexible("what to do")])
    for check in checks {
      table.add(
        check.name,
        check.isMet.map { $0 ? "yes" : "no" } ?? "not asked at this downtime",
        check.isMet == false ? check.hint ?? "" : ""
      )
    }
    return table
  }

  private var waveTable: Table {
    var table = Table([.number("wave"), .flexible("name"), .text("state"), .flexible("start")])
    for (place, wave) in waves.enumerated() {
      table.add("\(place + 1)", wave.name, wave.state.rawValue, wave.start.text)
    }
    return table
  }

  private var json: JSONValue {
    [
      "event": "result",
      "database": .string(database),
      "data_time": .string(origin.dataTime.formatted(.iso8601)),
      "origin": .string(origin.text),
      "downtime_seconds": .number(downtime.rounded()),
      "together": .boolean(isTogether),
      "under_way": .boolean(isUnderWay),
      "finished": .boolean(isFinished),
      "requirements": .array(
        checks.map {
          ["name": .string($0.name), "holds": $0.isMet.map { .boolean($0) } ?? .null]
        }
      ),
      "waves": .array(
        waves.map { ["name": .string($0.name), "state": .string($0.state.rawValue)] }
      ),
    ]
  }
}
