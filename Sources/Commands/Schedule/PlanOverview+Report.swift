internal import Arguments
internal import Bytes
internal import FoundationEssentials
internal import Reports
internal import Schedule

extension PlanOverview {
  /// The plan for people and programs.
  var report: Report {
    var table = Table([
      .text("task"), .text("when"), .text("next"), .text("last run"), .flexible("result"),
    ])
    for row in rows {
      table.add(
        row.entry.task.rawValue,
        row.entry.rhythm.text,
        local(row.next),
        row.last.map { local($0.started) } ?? "never",
        row.last.map(result(of:)) ?? ""
      )
    }
    let calls = rows.map { row in
      ShellWords.quoted(["drydock", row.entry.task.rawValue] + row.entry.words)
    }
    var facts = "Times are those of this machine's clock, UTC\(offset)"
    if delay > .zero { facts += "; this host is \(Quantity.duration(delay)) later than its plan" }
    return Report(
      blocks: [
        .table(table), .paragraph(facts + "."),
        .preformatted(calls.joined(separator: "\n")), .values([.init("logs", directory)]),
      ],
      json: [
        "event": "result",
        "offset_seconds": JSONValue(local.offset(at: Int(now.timeIntervalSince1970))),
        "delay_seconds": JSONValue(Int(delay / .seconds(1))),
        "directory": .string(directory),
        "tasks": .array(rows.map(json)),
      ]
    )
  }

  private func result(of record: TaskRecord) -> String {
    let length = Quantity.duration(.seconds(record.ended.timeIntervalSince(record.started)))
    guard record.result != .done else { return "done in \(length)" }
    let success = record.lastSuccess.map { "last success \(local($0))" } ?? "never succeeded"
    let summary = record.summary.map { ": \($0)" } ?? ""
    return "\(record.result.rawValue) (\(record.exit))\(summary); \(success)"
  }

  private func json(_ row: Row) -> JSONValue {
    let last = row.last
    return [
      "task": .string(row.entry.task.rawValue),
      "when": .string(row.entry.rhythm.text),
      "words": .array(row.entry.words.map { .string($0) }),
      "next": .string(row.next.formatted(.iso8601)),
      "started": JSONValue(last?.started.formatted(.iso8601)),
      "ended": JSONValue(last?.ended.formatted(.iso8601)),
      "result": JSONValue(last?.result.rawValue),
      "exit": last.map { JSONValue($0.exit) } ?? .null,
      "attempts": last.map { JSONValue($0.attempts) } ?? .null,
      "code": JSONValue(last?.code),
      "summary": JSONValue(last?.summary),
      "last_success": JSONValue(last?.lastSuccess?.formatted(.iso8601)),
    ]
  }

  /// By how much the clock is before UTC now: `+01:00`.
  private var offset: String {
    let minutes = local.offset(at: Int(now.timeIntervalSince1970)) / 60
    let parts = [minutes.magnitude / 60, minutes.magnitude % 60]
    let digits = parts.map { $0 < 10 ? "0\($0)" : "\($0)" }
    return (minutes < 0 ? "-" : "+") + digits.joined(separator: ":")
  }

  /// A time as the clock on the wall shows it: `2026-11-23 02:15`.
  private func local(_ date: Date) -> String {
    let shown = date + TimeInterval(local.offset(at: Int(date.timeIntervalSince1970)))
    return String(shown.formatted(.iso8601).prefix(16)).replacing("T", with: " ")
  }
}
