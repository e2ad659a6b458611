extension Verdict {
  /// Holds a rehearsal against the limits of a policy, and adds what is beyond them.
  ///
  /// - Parameters:
  ///   - policy: the limits.
  ///   - result: what was seen.
  ///   - dataAge: how old the rehearsed data are, in seconds.
  ///   - coverage: how much of each touched table was there.
  public mutating func apply(
    _ policy: PolicyFile,
    to result: RehearsalRun.Result,
    dataAge: Double,
    coverage: [String: Coverage]
  ) {
    for patch in result.patches {
      objections += Self.objections(policy, patch.statements, patch.file)
      if let undo = patch.undoFile {
        objections += Self.objections(policy, patch.undoStatements, undo)
      }
    }
    let total = result.patches.reduce(0) { $0 + $1.seconds }
    if let limit = policy.totalSeconds, total > limit {
      object("all patches", "take \(Words.time(total)); the policy allows \(Words.time(limit))")
    }
    if let limit = policy.snapshotMaxAge, dataAge > limit {
      object(
        "snapshot",
        "its data are \(Words.time(dataAge)) old; the policy allows \(Words.time(limit))"
      )
    }
    for (table, found) in coverage.sorted(by: { $0.key < $1.key }) {
      guard let wanted = policy.coverage, found < wanted else { continue }
      object(
        "snapshot",
        "has \(found.words) of table \(table); the policy wants \(wanted.words)"
      )
    }
  }

  private static func objections(
    _ policy: PolicyFile,
    _ statements: [Observation],
    _ file: String
  ) -> [Objection] {
    var texts: [String] = []
    let wal = statements.reduce(0) { $0 + $1.walBytes }
    if let limit = policy.walBytes, wal > limit {
      texts.append(
        "writes \(Words.bytes(wal)) of write-ahead log; the policy allows \(Words.bytes(limit))"
      )
    }
    for rewrite in statements.flatMap(\.rewrites) where rewrite.reason != .emptied {
      guard let limit = policy.rewriteBytes, rewrite.bytes > limit else { continue }
      texts.append(
        "writes table \(rewrite.table) (\(Words.bytes(rewrite.bytes))) again;"
          + " the policy allows \(Words.bytes(limit))"
      )
    }
    for (table, seconds) in statements.holdTimes.sorted(by: { $0.key < $1.key }) {
      guard let limit = policy.lockSeconds, seconds > limit else { continue }
      texts.append(
        "locks others out of table \(table) for \(Words.time(seconds));"
          + " the policy allows \(Words.time(limit))"
      )
    }
    return texts.map { Objection(place: file, text: $0) }
  }
}

extension PatchObservation {
  /// How long each table was locked against writers or readers, in seconds.
  public var holdTimes: [String: Double] { statements.holdTimes }
}

extension [Observation] {
  /// How long each table was locked against writers or readers, in seconds.
  ///
  /// A lock stays until its transaction ends, so every statement that ends with it counts whole:
  /// the first one may have taken it at once.
  fileprivate var holdTimes: [String: Double] {
    var times: [String: Double] = [:]
    for statement in self {
      for table in Set(statement.locks.filter(\.stopsWriters).map(\.table)) {
        times[table, default: 0] += statement.seconds
      }
    }
    return times
  }
}

extension Coverage {
  /// As a part of the rows, for sentences.
  var words: String {
    switch self {
    case .none: "no row"
    case .sample: "a sample"
    case .whole: "every row"
    }
  }
}
