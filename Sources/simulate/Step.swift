import Arguments

/// One thing that is done to a large repository, in the order of its life.
enum Step: String, CaseIterable, Sendable {
  /// Makes the repository; not judged.
  case history
  /// Opens the repository on a machine that has never seen it, and makes its cache of the index.
  case index
  /// Takes one more snapshot.
  case night
  /// Opens every manifest, as the list of snapshots does.
  case snapshots
  /// Checks the structure.
  case check
  /// Checks, and reads the packs of one day of a hundred.
  case sample
  /// Collects while nothing is dead, or little.
  case survey
  /// Forgets all but some days, weeks and months.
  case forget
  /// Collects: marks, and copies what is live out of half dead packs, up to a limit.
  case mark
  /// Collects after the grace period: deletes.
  case sweep
  /// Makes the index again from the packs alone.
  case rebuild
  /// Checks what all that has left.
  case recheck

  /// Seconds before now at which it is done: marks have to be older than the grace period.
  var age: Double {
    switch self {
    case .survey, .forget, .mark: 26 * 3600
    default: 0
    }
  }

  /// Whether its memory is held against the target.
  var isJudged: Bool { self != .history }
}

extension Step: ArgumentValue {}
