internal import FoundationEssentials
internal import Operations
internal import Reports

extension StopRun.Result {
  /// What a stop has to say when it is done.
  var report: Report {
    let time = Date(timeIntervalSince1970: mark.dataTime).formatted(.iso8601)
    var blocks: [Report.Block] = [
      .values([
        .init("stopped", wasStopped ? "\(database), which was stopped already" : database),
        .init("snapshot", mark.snapshot),
        .init("data of", time),
        .init("sessions ended", Quantity.count(endedSessions)),
        .init("next", "drydock start --database URL"),
      ])
    ]
    if !endedWorkers.isEmpty {
      let workers = endedWorkers.joined(separator: ", ")
      let words =
        "No sessions of clients, and ended all the same: \(workers). Some of these come back by"
        + " themselves, read-only until the start; others only when the server is started again."
        + " After drydock start, look whether they are there."
      blocks.append(.paragraph(words, role: .warning))
    }
    return Report(
      blocks: blocks,
      json: [
        "event": "result", "database": .string(database), "snapshot": .string(mark.snapshot),
        "data_time": .string(time), "sessions_ended": JSONValue(endedSessions),
        "workers_ended": .array(endedWorkers.map { .string($0) }),
        "was_stopped": .boolean(wasStopped),
      ]
    )
  }
}

extension StartRun.Result {
  /// What a start has to say when it is done.
  var report: Report {
    let how = way == .opened ? "opened, it was still there" : "restored from the marked snapshot"
    var blocks: [Report.Block] = [
      .values([
        .init("started", database), .init("how", how),
        .init("snapshot", mark?.snapshot ?? "none, the stop had not come to its end"),
        .init("next", "drydock waves --database URL, where a runbook has waves"),
      ])
    ]
    if !omissions.isEmpty {
      blocks += [.paragraph("Left out:", role: .warning), .list(omissions)]
    }
    return Report(
      blocks: blocks,
      json: [
        "event": "result", "database": .string(database), "way": .string(way.rawValue),
        "snapshot": JSONValue(mark?.snapshot),
        "omissions": .array(omissions.map { .string($0) }),
      ]
    )
  }
}
