internal import Problems
internal import Reports

extension FleetOutcome {
  /// A line for each, and the words of each that is not done.
  ///
  /// - Parameter isBrief: Whether lines of those that are done are left out, as for a mail.
  /// - Returns: The report.
  func report(isBrief: Bool = false) -> Report {
    let listed = isBrief ? troubled : endings
    var table = Table([
      .flexible("member"), .text("result"), .flexible("what"), .number("time"),
    ])
    for ending in listed {
      table.add(
        ending.name,
        ending.isLeft ? "left" : ending.status.fleetWord,
        ending.figure,
        ending.isLeft ? "" : Quantity.duration(ending.time)
      )
    }
    var report = Report(
      title: "\(work) of a fleet",
      blocks: [.table(table), .paragraph(sentence, role: status == .done ? .good : .bad)]
        + details + warnings,
      json: json
    )
    report.cases = endings.map(\.testCase)
    return report
  }

  private var sentence: String {
    let done = endings.count { $0.status == .done }
    let left = endings.count { $0.isLeft }
    let parts = [
      "\(Quantity.count(done)) of \(Quantity.count(endings.count)) done",
      "\(Quantity.count(endings.count - done - left)) not",
      left > 0 ? "\(Quantity.count(left)) not begun" : nil,
    ]
    return parts.compactMap { $0 }.joined(separator: ", ") + "."
  }

  /// What is wrong with each that is not done: the error's own words, and what the command showed.
  private var details: [Report.Block] {
    endings.filter { $0.status != .done && !$0.isLeft }.flatMap { ending -> [Report.Block] in
      let shown = ending.problem == nil ? ending.said.reports.flatMap(\.blocks) : []
      let words = ending.problem.map { [Report.Block.list($0.words)] } ?? []
      return [.heading(ending.name)] + words + shown
    }
  }

  /// Each warning once, with those that it came from.
  private var warnings: [Report.Block] {
    var texts: [String] = []
    var members: [String: [String]] = [:]
    for ending in endings {
      for text in ending.said.warnings {
        if members[text] == nil { texts.append(text) }
        members[text, default: []].append(ending.name)
      }
    }
    guard !texts.isEmpty else { return [] }
    return [
      .heading("Warnings"),
      .list(texts.map { "\(Self.listed(members[$0] ?? [])): \($0)" }),
    ]
  }

  private static func listed(_ names: [String]) -> String {
    let unique = names.reduce(into: [String]()) { if $0.last != $1 { $0.append($1) } }
    let shown = unique.prefix(3).joined(separator: ", ")
    return unique.count > 3 ? "\(shown) and \(Quantity.count(unique.count - 3)) more" : shown
  }

  private var json: JSONValue {
    [
      "event": "result", "fleet": .string(work), "exit": JSONValue(status.rawValue),
      "done": JSONValue(endings.count { $0.status == .done }),
      "count": JSONValue(endings.count),
      "members": .array(endings.map(\.event).map(Self.inList)),
    ]
  }

  /// A member without the word that makes it a line of its own.
  private static func inList(_ event: JSONValue) -> JSONValue {
    .object((event.members ?? []).filter { $0.name != "event" })
  }
}

extension MemberEnding {
  /// The member as test runners count it.
  fileprivate var testCase: Report.Case {
    Report.Case(
      name: name,
      file: "fleet",
      seconds: time / .seconds(1),
      failures: status == .done ? [] : problem?.words ?? ["\(status.fleetWord): \(figure)"]
    )
  }
}

extension Problem {
  /// Its sentences one by one: what, why, with which objects, what next.
  fileprivate var words: [String] {
    [summary, reason].compactMap { $0 } + facts.map { "\($0.name): \($0.value)" }
      + [hint.map { "next: \($0)" }].compactMap { $0 }
  }
}
