internal import Bytes
internal import FoundationEssentials
internal import Postgres
internal import Problems
internal import Repository
internal import Snapshot

/// Which stop a start ends, and where its data are.
extension StartRun {
  /// What a start finds.
  struct Found: Sendable {
    let identity: DatabaseIdentity
    let isEmpty: Bool
    let isClosed: Bool
  }

  /// Where the data of a stop are.
  enum Place: Sendable {
    /// In the database that was closed.
    case database
    /// An interrupted start has restored them here to the end, without what is listed.
    case restored([String])
    /// Nowhere but in the snapshot.
    case nowhere
  }

  func place(of record: StopRecord, _ found: Found) throws -> Place {
    let identity = found.identity
    let isSame = record.database.isSame(as: identity)
    // Nothing was restored from a stop without a mark: what is here is all there is.
    guard let mark = record.mark else { return .database }
    guard !found.isEmpty else { return .nowhere }
    let begun = try record.lastRestore(into: identity, in: repository)
    if begun == nil, isSame { return .database }
    let origin = try OriginRecord.last(of: identity, in: repository)
    let isRestored = origin?.snapshot == mark.snapshot && origin?.isWhole == true
    let omissions = isRestored ? origin?.omissions ?? [] : []
    if record.use?.database.isSame(as: identity) == true { return .restored(omissions) }
    guard isRestored, let origin, origin.at >= begun ?? 0 else { return .nowhere }
    return .restored(omissions)
  }

  /// The stop that this start ends.
  func choose(_ found: Found) throws -> StopRecord {
    let identity = found.identity
    let fitting = try StopRecord.all(in: repository).filter { fits($0, identity) }
    try requireOne(among: fitting)
    // What was closed here is opened before anything else is thought of; without a mark there is
    // nothing that could be restored instead, even where it holds nothing.
    if let here = fitting.first(where: { $0.database.isSame(as: identity) }), here.use == nil,
      !found.isEmpty || here.mark == nil
    {
      return here
    }
    guard let record = fitting.first(where: { $0.mark != nil }) else { throw Self.noMark(identity) }
    guard let use = record.use else { return record }
    // A start that was ended between taking the mark and opening comes again.
    if use.database.isSame(as: identity), found.isClosed, !record.isOpened { return record }
    throw Problem(
      .refused,
      code: "start.used",
      "the mark of the last stop was used already, by database \(use.database.name)",
      facts: [.init("used", Date(timeIntervalSince1970: use.at).formatted(.iso8601))],
      hint: "drydock restore puts any snapshot into an empty database."
    )
  }

  /// Whether a stop is about this database, or about the one of its name.
  private func fits(_ record: StopRecord, _ identity: DatabaseIdentity) -> Bool {
    guard let chosen else {
      return record.database.isSame(as: identity)
        || (record.mark != nil && record.database.name.isExactly(identity.name))
    }
    // An empty word is what a script's unset variable leaves; every name begins with it.
    guard !chosen.isEmpty else { return false }
    let name = record.mark?.snapshot ?? ""
    return name.hasPrefix(chosen) || name.hasSuffix(chosen)
  }

  /// Refuses what several marked snapshots begin or end with: the last of them may be of another
  /// database than the person meant.
  private func requireOne(among fitting: [StopRecord]) throws {
    let marked = Set(fitting.compactMap { $0.mark?.snapshot })
    guard let chosen, marked.count > 1 else { return }
    throw Problem(
      .usage,
      code: "usage.ambiguous-snapshot",
      "\(chosen) could be several marked snapshots",
      facts: marked.sorted().prefix(10).map { .init("snapshot", $0) },
      hint: "Give more of its digits."
    )
  }

  /// A newer snapshot of the series says that the database lived on; its writes would be missing.
  func requireNothingNewer(than mark: StopMark, _ database: DatabaseIdentity) throws {
    let newer = try repository.snapshots()
      .compactMap { name in
        let look = try SnapshotLook(at: name, in: repository)
        // It may be the newer one.
        if case .damaged(let problem) = look { throw problem }
        return look.content
      }
      .filter { content in
        let manifest = content.manifest
        return manifest.database.name.isExactly(database.name)
          && manifest.database.systemIdentifier == database.systemIdentifier && !manifest.isPartial
      }
      .filter { try $0.manifest.takenTime.timeIntervalSince1970 > mark.dataTime + 0.001 }
    guard !newer.isEmpty else { return }
    throw Problem(
      .refused,
      code: "start.newer-snapshot",
      "there is a newer snapshot of \(database.name) than the one of the stop; nothing was changed",
      reason: "somebody may have opened the database and written to it after it was stopped",
      facts: newer.map { .init("newer", "\($0.name.text) of \($0.manifest.taken)") },
      hint: "Choose what you mean: drydock restore SNAPSHOT --into URL."
    )
  }

  /// Refuses a database that has the identity of the one that was closed, and is not as that was left.
  func requireSame(
    _ record: StopRecord,
    _ found: Found,
    _ session: Session
  ) async throws {
    guard let mark = record.mark else { return }
    let identity = found.identity
    guard found.isClosed else { throw Self.notClosed(identity) }
    guard let position = mark.position else { return }
    let isAsFar = try await session.doing("cannot see how far the server's log is") {
      try DatabaseGate(connection: $0, identity: identity).hasReached(position)
    }
    guard isAsFar else { throw Self.behind(identity) }
  }
}
