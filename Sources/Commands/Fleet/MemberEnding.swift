internal import Problems
internal import Reports

/// What came of one member of a fleet.
struct MemberEnding: Sendable {
  let name: String
  /// The exit status that the command would have had for it alone.
  let status: ExitStatus
  /// What was shown and warned of.
  var said = FleetPlace.Said()
  /// What ended it, where something did.
  var problem: Problem?
  /// How long it took.
  var time: Duration = .zero
  /// Whether it was never begun, because somebody asked to stop.
  var isLeft = false

  /// The columns that the longest word of a result takes.
  static let wordWidth = ExitStatus.allCases.map { DisplayWidth.of($0.fleetWord) }.max() ?? 0

  /// What its line says beyond the result.
  var figure: String {
    if isLeft { return "not begun" }
    return problem?.summary ?? said.reports.last?.brief ?? ""
  }

  /// The same for programs, as one line of a stream of events.
  var event: JSONValue {
    .object(
      [
        .init("event", "member"), .init("member", .string(name)),
        .init("result", .string(isLeft ? "left" : status.fleetWord)),
        .init("exit", JSONValue(status.rawValue)),
        .init("seconds", .number((time / .milliseconds(1)).rounded() / 1000)),
        .init("answer", answer), .init("error", error),
        .init("warnings", .array(said.warnings.map { .string($0) })),
      ]
    )
  }

  /// What the command answers for one database, without the word that it is the last of its lines.
  private var answer: JSONValue {
    guard let report = said.reports.last else { return .null }
    guard let members = report.json.members else { return report.json }
    return .object(members.filter { $0.name != "event" })
  }

  /// The error of the member; null for one that is done.
  var error: JSONValue {
    guard let members = problem?.json(status: status).members else { return .null }
    return .object(members.filter { $0.name != "event" })
  }
}

extension ExitStatus {
  /// The word for it in a list of many.
  var fleetWord: String {
    switch self {
    case .done: "done"
    case .failed: "failed"
    case .usage: "wrong"
    case .refused: "refused"
    case .damaged: "damaged"
    case .verdict: "no"
    case .busy: "busy"
    case .omissions: "omissions"
    case .partial: "in part"
    case .interrupted, .terminated: "stopped"
    }
  }

  /// How much it matters among those of others, most first.
  ///
  /// What changed in part, and what is damaged, needs a person whatever else there is. What may
  /// succeed by being tried again comes last, so that 6 says: nothing but that is in the way.
  private static let byWeight: [ExitStatus] = [
    .partial, .interrupted, .terminated, .damaged, .failed, .usage, .verdict, .refused, .busy,
    .omissions, .done,
  ]

  /// The one that matters most; done where there is none.
  static func gravest(_ all: [ExitStatus]) -> ExitStatus {
    byWeight.first { all.contains($0) } ?? .done
  }
}
