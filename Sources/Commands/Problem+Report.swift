internal import Arguments
internal import Problems
internal import Reports

extension Problem {
  /// Lines for a person: what failed, why, with which objects, what to do next.
  func text(style: Style) -> String {
    var lines = [style.apply(.bad, "drydock:") + " " + Printable.line(summary)]
    let rows =
      [("why", reason)] + facts.map { ($0.name, $0.value) } + [("next", hint)]
    for case (let name, let value?) in rows {
      let label = style.apply(.faint, Printable.line(name) + ":")
      let body = Printable.lines(value).replacing("\n", with: "\n    ")
      lines.append("  \(label) \(body)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The same for programs.
  func json(status: ExitStatus) -> JSONValue {
    [
      "event": "error",
      "code": .string(code),
      "kind": .string(kind.rawValue),
      "exit": JSONValue(status.rawValue),
      "summary": .string(summary),
      "reason": JSONValue(reason),
      "facts": factsJSON,
      "hint": JSONValue(hint),
      "retryable": .boolean(isRetryable),
    ]
  }

  /// Its facts for programs.
  var factsJSON: JSONValue {
    .array(facts.map { ["name": .string($0.name), "value": .string($0.value)] })
  }

  /// What a wrong command line ends in.
  init(_ error: UsageError) {
    self.init(.usage, code: "usage.\(error.code)", error.text, hint: error.hint)
  }
}
