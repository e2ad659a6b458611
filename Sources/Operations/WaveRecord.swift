internal import FoundationEssentials

/// A run of waves as its row tells it.
struct WaveRecord: Sendable, Equatable {
  var run: Int
  /// The data that it is about, with the restore after which it was begun.
  var origin: DataOrigin
  /// Seconds from the data time to the beginning of the run.
  var downtime: Double
  var isTogether: Bool
  /// The names of its steps, so that an edited runbook is noticed.
  var steps: [String]
  var begun: Date
  var isFinished: Bool
}
