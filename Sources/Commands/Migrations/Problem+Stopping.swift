internal import Migration
internal import Problems

extension Problem {
  /// What ended a run of several patches when some had come through: those stay so.
  ///
  /// - Parameters:
  ///   - outcomes: Those that came through.
  ///   - fact: What became of them, such as `applied before`.
  /// - Returns: The problem that names them. An interruption stays one: nothing is half done.
  func stopping(after outcomes: [PatchOutcome], _ fact: String) -> Problem {
    var partial = self
    if partial.kind != .interrupted { partial.kind = .partial }
    partial.facts += outcomes.map { Fact(fact, $0.name) }
    return partial
  }
}
