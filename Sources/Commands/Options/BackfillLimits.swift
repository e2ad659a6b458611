public import Arguments
internal import Migration
internal import Reports

/// The options that hold back a backfill.
public struct BackfillLimits: ArgumentGroup, Equatable {
  /// How far a standby may fall behind.
  public var lagLimit: Duration = .seconds(10)

  /// Makes the options with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    option(
      "--max-lag",
      \.lagLimit,
      value: "TIME",
      "How far a standby may fall behind before a backfill waits for it (default 10s)."
    )
  }

  /// What the runner is told.
  func options(for context: Context, timeLimit: Duration? = nil) -> BackfillOptions {
    var options = BackfillOptions()
    options.lagLimit = lagLimit
    options.timeLimit = timeLimit
    let progress = context.progress
    options.report = { step in
      switch step {
      case .batch(let totals):
        let rows = Quantity.count(totals.rows, "row", "rows")
        let batches = Quantity.count(totals.batches, "batch", "batches")
        progress.report(.init(phase: "\(rows) in \(batches)"))
      case .waiting(let what): progress.report(.init(phase: "waiting: \(what)"))
      }
    }
    return options
  }
}
