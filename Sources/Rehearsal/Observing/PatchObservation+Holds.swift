extension PatchObservation {
  /// How long each table was locked against writers or readers by the patch, in seconds.
  public var holdTimes: [String: Double] { statements.holdTimes(tail: tailSeconds) }

  /// The same of its undo file.
  var undoHoldTimes: [String: Double] { undoStatements.holdTimes(tail: 0) }
}

extension [Observation] {
  /// How long each table was locked against writers or readers, in seconds.
  ///
  /// A lock stays until its transaction ends, so every statement that ends with it counts whole, for
  /// it may have taken the lock at once; and so does what comes between the last one and COMMIT, the
  /// tail. What runs outside a transaction may lock a table for a moment only, which is sampled.
  fileprivate func holdTimes(tail: Double) -> [String: Double] {
    var times: [String: Double] = [:]
    for statement in self {
      for hold in statement.holds where hold.blockedSeconds > 0 {
        times[hold.table, default: 0] += hold.blockedSeconds
      }
      guard !statement.isBare else { continue }
      for table in statement.stoppedTables { times[table, default: 0] += statement.seconds }
    }
    if let last, !last.isBare {
      for table in last.stoppedTables { times[table, default: 0] += tail }
    }
    return times
  }
}

extension Observation {
  /// The tables to which nobody could write when it ended.
  fileprivate var stoppedTables: Set<String> { Set(locks.filter(\.stopsWriters).map(\.table)) }
}
