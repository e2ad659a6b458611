import TestSupport

/// Things that may happen, each more or less often.
protocol Weighted: CaseIterable {
  /// How often, beside the weights of the others.
  var weight: Int { get }
}

extension SeededGenerator {
  /// One of the choices, by their weights.
  mutating func pick<Choice: Weighted>(_ type: Choice.Type = Choice.self) -> Choice {
    var rest = Int.random(in: 0..<Choice.allCases.reduce(0) { $0 + $1.weight }, using: &self)
    for choice in Choice.allCases {
      rest -= choice.weight
      if rest < 0 { return choice }
    }
    preconditionFailure("the weights of \(Choice.self) do not sum up")
  }

  /// Whether something that happens in this share of all cases happens now.
  mutating func happens(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &self) < share }

  /// A whole number of a range.
  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
}
