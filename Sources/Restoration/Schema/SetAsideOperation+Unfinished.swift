internal import Postgres
internal import Problems
internal import Repository
internal import Snapshot

/// What can be done with a copy that is not live yet.
extension SetAsideOperation {
  /// Builds it again, or exchanges the names, as the journal says.
  func goOn(_ found: SetAside) async throws -> SetAsideResult {
    guard let name = SnapshotName(found.snapshot), let build = found.journal.build else {
      throw Problem(
        .damaged,
        code: "restore.journal",
        "the journal of operation \(found.operation) does not say how to go on",
        hint: "drydock restore --undo \(found.operation) drops the new copy."
      )
    }
    var options = options
    options.way = .beside
    options.without = Omissions(rawValue: build.without)
    if build.drops, options.drop == nil { throw Self.needsSafety(found) }
    if !build.drops { options.drop = nil }
    let result = try await SchemaReplacement(
      of: try SnapshotContent(opening: name, in: repository),
      schema: found.schema,
      into: settings,
      options: options
    ).resume(found)
    var said = SetAsideResult(result.journal, notices: result.omissions)
    if said.state == .accepting { said.state = .accepted }
    return said
  }

  /// Drops a copy that was never live.
  func abandon(_ found: SetAside, _ connection: Connection) throws -> SetAsideResult {
    try ExchangeLocks(connection: connection, timeout: options.lockTimeout)
      .announceForSession(found.schema)
    guard try found.again(connection).state == found.state else { throw Problem.changedMeanwhile() }
    let drop = SetAsideDrop(
      connection: connection,
      lockTimeout: options.lockTimeout,
      ends: .undo
    )
    do {
      try drop.giveUp(found)
      try drop.finish(found.journal)
    } catch {
      let live = "schema \(found.schema) is live as it was"
      throw SetAsideDrop.stopped(error, found.journal, ends: .undo, live: live)
    }
    var result = SetAsideResult(
      found.journal,
      notices: RestoreHistory(repository: repository).remember(found.journal, as: .abandoned)
    )
    result.state = .abandoned
    return result
  }

  private static func needsSafety(_ found: SetAside) -> Problem {
    Problem(
      .refused,
      code: "restore.safety-snapshot",
      "operation \(found.operation) drops the live schema, for which a safety snapshot is needed",
      hint: "drydock restore --undo \(found.operation) drops the new copy instead."
    )
  }
}
