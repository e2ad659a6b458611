/// What one step took.
struct StepFigures: Codable, Sendable {
  var step: String
  var seconds: Double
  /// The largest that the process was.
  var peakMib: Int
  var isJudged: Bool
  /// What was done, in words with numbers.
  var outcome: String
  /// Whether the outcome is as it should be.
  var isSound: Bool

  /// Whether the target for memory is met.
  var meetsTarget: Bool { isSound && (!isJudged || peakMib <= Figures.mibLimit) }

  /// One line for people.
  var text: String {
    "\(step): \((seconds * 10).rounded() / 10) s, \(peakMib) MiB, \(outcome)"
      + (meetsTarget ? "" : " - MISSED")
  }
}
