internal import FoundationEssentials
internal import Problems

/// What a call of the waves has to do: begin, go on, or nothing more.
enum WaveDecision: Equatable {
  case begin(DataOrigin)
  case goOn(WaveRecord)
  case done(WaveRecord)

  /// Decides from what is known.
  ///
  /// - Parameters:
  ///   - given: what the person said; counts before everything else.
  ///   - recorded: the last restore of this database that anybody recorded.
  ///   - last: the last run in this database that is about this restore, or names none.
  ///   - isAgain: whether the person wants to begin anew.
  /// - Throws: a `Problem` of kind `usage` or `refused` where nobody can know.
  init(
    given: DataOrigin?,
    recorded: DataOrigin?,
    last: WaveRecord?,
    isAgain: Bool
  ) throws(Problem) {
    guard var origin = given ?? recorded else {
      guard let last, !last.isFinished, !isAgain else { throw Self.unknownAge }
      self = .goOn(last)
      return
    }
    // What a person says is about the data that are here, which the last restore brought.
    origin.restore = recorded?.restore
    guard let last, !isAgain else {
      self = .begin(origin)
      return
    }
    // A run that names no restore may be about data that are gone: only here two clocks must decide.
    if given == nil, last.origin.restore == nil, let at = origin.at, at > last.begun {
      self = .begin(origin)
    } else if given != nil, !origin.isSame(as: last.origin) {
      guard last.isFinished else { throw Self.otherRun(last) }
      self = .begin(origin)
    } else {
      self = last.isFinished ? .done(last) : .goOn(last)
    }
  }

  private static let unknownAge = Problem(
    .usage,
    code: "waves.unknown-age",
    "nobody recorded from which snapshot this database was restored",
    hint: "Give --snapshot S, or --since with the time of its data, such as 2026-01-31T02:00Z."
  )

  private static func otherRun(_ last: WaveRecord) -> Problem {
    Problem(
      .refused,
      code: "waves.other-run",
      "waves are under way here for data of another time; nothing was started",
      facts: [.init("under way", "\(last.origin.text), begun \(last.begun.ISO8601Format())")],
      hint: "Go on with them: leave --since and --snapshot away. Begin anew: add --again."
    )
  }
}
