internal import Catalog
internal import Rehearsal
internal import Reports

extension PatchObservation {
  /// The statements one after the other, with the strongest lock that each one takes.
  var timeline: Timeline {
    var start = 0.0
    var held: Set<Observation.Lock> = []
    return Timeline(
      statements.map { statement in
        let impacts = TableImpact.groups(of: statement, beyond: held)
        held.formUnion(statement.locks)
        defer { start += statement.seconds }
        let locks = impacts.compactMap { impact in
          impact.lock.map { "\($0) on \(impact.tables)" }
        }
        let words = [Quantity.duration(.seconds(statement.seconds))] + locks
        return Timeline.Bar(
          statement.headline,
          start: start,
          seconds: statement.seconds,
          words: words.joined(separator: " · "),
          role: statement.failure != nil ? .bad : locks.isEmpty ? .good : .warning
        )
      }
    )
  }

  /// What the patch did to the schema, as lines of a diff.
  var difference: [String] {
    guard let changes else { return [] }
    return changes.added.map { "+ \($0.object): \(Self.line($0.text))" }
      + changes.changed.map { "~ \($0.object): \(Self.line($0.text))" }
      + changes.removed.map { "- \($0)" }
  }

  private static func line(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " } }.joined(separator: ", ")
  }
}
