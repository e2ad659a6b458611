extension Verdict {
  /// Holds a rehearsal against the limits of a policy, and adds what is beyond them.
  ///
  /// A patch allows hazards for itself; it does not lift what the policy's file limits, which comes
  /// from outside the checkout.
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
      let findings = result.findings.filter { $0.version == patch.version }
      let undo = patch.undoFile
      objections += Self.objections(
        policy,
        patch.file,
        patch.statements,
        patch.holdTimes,
        findings.filter { $0.place.file != undo }
      )
      if let undo {
        objections += Self.objections(
          policy,
          undo,
          patch.undoStatements,
          patch.undoHoldTimes,
          findings.filter { $0.place.file == undo }
        )
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

  private static let deaf = ", and no allowance of a patch lifts that"

  private static func objections(
    _ policy: PolicyFile,
    _ file: String,
    _ statements: [Observation],
    _ holdTimes: [String: Double],
    _ findings: [Finding]
  ) -> [Objection] {
    var texts: [String] = []
    let wal = statements.reduce(0) { $0 + $1.walBytes }
    if let limit = policy.walBytes, wal > limit {
      texts.append(
        "writes \(Words.bytes(wal)) of write-ahead log; the policy allows \(Words.bytes(limit))"
      )
    }
    // A finding has the size that the snapshot tells where the scratch has a sample only.
    for finding in findings where finding.hazard == .tableRewrite {
      guard let limit = policy.rewriteBytes, finding.figures.bytes > limit else { continue }
      texts.append(
        "writes table \(finding.object ?? "") (\(Words.bytes(finding.figures.bytes))) again;"
          + " the policy allows \(Words.bytes(limit))" + (finding.accepted.map { _ in deaf } ?? "")
      )
    }
    for (table, seconds) in holdTimes.sorted(by: { $0.key < $1.key }) {
      guard let limit = policy.lockSeconds, seconds > limit else { continue }
      texts.append(
        "locks others out of table \(table) for \(Words.time(seconds));"
          + " the policy allows \(Words.time(limit))"
          + (findings.contains { $0.accepted != nil && $0.figures.blockedSeconds > limit }
            ? deaf : "")
      )
    }
    return texts.map { Objection(place: file, text: $0) }
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
