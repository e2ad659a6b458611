internal import Problems

/// Why a start is refused.
extension StartRun {
  private static let olderCopy = """
    Of an older copy: run drydock start on the server that was stopped, or on an empty database \
    elsewhere.
    """

  static func notClosed(_ identity: DatabaseIdentity) -> Problem {
    Problem(
      .refused,
      code: "start.not-closed",
      "database \(identity.name) is not closed, as the stop left it; nothing was changed",
      reason: "it was opened by hand since, or this server is an older copy from before the stop,"
        + " without what was written last",
      hint: "Opened by hand: nothing is to be done; drydock stop stops it again. \(olderCopy)"
    )
  }

  static func behind(_ identity: DatabaseIdentity) -> Problem {
    Problem(
      .refused,
      code: "start.behind",
      "database \(identity.name) is behind the snapshot of the stop; nothing was changed",
      reason: "the server's log has not come as far as when the snapshot was taken, so this is an"
        + " older copy of the server",
      hint: olderCopy
    )
  }

  static func notEmpty(_ identity: DatabaseIdentity) -> Problem {
    Problem(
      .refused,
      code: "start.not-empty",
      "database \(identity.name) is not the one that was stopped, and is not empty",
      reason: "it is another one, or holds a part of what an interrupted start restored",
      hint: "Create an empty database of that name, or see drydock restore --replace."
    )
  }

  /// What ended the restore of the marked snapshot: the database was closed for it, and stays so.
  static func stillClosed(_ error: any Error, _ identity: DatabaseIdentity) -> Problem {
    var problem =
      error as? Problem
      ?? Problem(
        error is CancellationError ? .interrupted : .failed,
        code: "start.failed",
        "the marked snapshot was not restored",
        reason: error is CancellationError ? nil : "\(error)"
      )
    if [.failed, .refused].contains(problem.kind) { problem.kind = .partial }
    problem.facts.append(
      .init("closed", "database \(identity.name) takes no writes until a start has ended")
    )
    return problem
  }

  static func noMark(_ identity: DatabaseIdentity) -> Problem {
    Problem(
      .refused,
      code: "start.no-mark",
      "no stop of database \(identity.name) waits to be started",
      reason: "there is no mark of a stop that was not used already",
      hint: "drydock snapshots lists what there is; drydock restore puts it into an empty database."
    )
  }
}
