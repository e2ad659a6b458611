internal import Problems

/// The changes of a `sqitch.plan` in their order.
///
/// Source: sqitchtutorial and App::Sqitch::Plan. A line is a pragma (`%`), a tag (`@`), or a change:
/// its name, what it needs in brackets, when and by whom it was planned, and a note after `#`.
struct SqitchPlan {
  /// One change.
  struct Change {
    /// Its name; a change that was reworked has it twice.
    var name: String
    /// Its place, from 1.
    var number: Int
    /// The tags between it and the next change of that name.
    var tags: [String] = []
    /// Whether a later change has the same name.
    var isReworked = false
  }

  /// The changes in order.
  private(set) var changes: [Change] = []
  /// The project's name, which its ledger repeats with each change.
  private(set) var project: String?

  init(_ text: String) throws(Problem) {
    for (number, line) in zip(1..., text.split(separator: "\n", omittingEmptySubsequences: false)) {
      try take(String(line), number)
    }
    let last = Dictionary(changes.map { ($0.name, $0.number) }, uniquingKeysWith: max)
    for index in changes.indices {
      changes[index].isReworked = last[changes[index].name] != index + 1
    }
  }

  private mutating func take(_ line: String, _ number: Int) throws(Problem) {
    let code = line.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)[0]
    let words = code.split(whereSeparator: \.isWhitespace).map(String.init)
    guard let first = words.first else { return }
    if first.hasPrefix("%") {
      if first.hasPrefix("%project=") { project = String(first.dropFirst(9)) }
    } else if first.hasPrefix("@") {
      // A tag names all changes so far; it tells apart those that are reworked later.
      var seen: Set<String> = []
      for index in changes.indices.reversed() where seen.insert(changes[index].name).inserted {
        changes[index].tags.append(first)
      }
    } else {
      try takeChange(first, number)
    }
  }

  private mutating func takeChange(_ word: String, _ number: Int) throws(Problem) {
    guard !word.hasPrefix("-") else {
      throw PatchDirectory.refusal(
        "\(SqitchLayout.planFile):\(number):1",
        "a change that reverts another one cannot be run"
      )
    }
    let name = word.hasPrefix("+") ? String(word.dropFirst()) : word
    changes.append(Change(name: name, number: changes.count + 1))
  }
}
