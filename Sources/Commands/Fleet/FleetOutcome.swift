/// What came of a whole fleet.
struct FleetOutcome: Sendable {
  /// The command's name.
  let work: String
  /// What came of each, by name.
  let endings: [MemberEnding]

  /// Sorts by name, so that nothing depends on who ended first.
  init(_ work: String, _ endings: [MemberEnding]) {
    self.work = work
    self.endings = endings.sorted { $0.name < $1.name }
  }

  /// The status that matters most.
  var status: ExitStatus { .gravest(endings.map(\.status)) }

  /// Those with something to look at.
  var troubled: [MemberEnding] {
    endings.filter { $0.status != .done || $0.problem != nil || !$0.said.warnings.isEmpty }
  }
}
