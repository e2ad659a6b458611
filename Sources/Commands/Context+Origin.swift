internal import FoundationEssentials
internal import Operations
internal import Postgres
internal import Problems
internal import Repository
internal import Restoration
internal import Snapshot

/// From which snapshot a database was restored, and how old its data are.
extension Context {
  /// Remembers a restore, so that the waves after it know the data's time.
  ///
  /// The data are there and right; that nobody remembers is worth a warning alone.
  ///
  /// - Parameters:
  ///   - content: What was restored.
  ///   - target: The database.
  ///   - isWhole: Whether all of it was.
  ///   - operation: The operation that put a schema in the live one's place.
  ///   - omissions: What was left out.
  func remember(
    _ content: SnapshotContent,
    restoredInto target: ConnectionSettings,
    isWhole: Bool,
    operation: String? = nil,
    omissions: [String] = []
  ) async {
    let now = world.now()
    do {
      try await Lane("drydock.origin").run {
        let connection = try Connection.openForOwnQueries(target)
        try OriginRecord(
          database: try DatabaseIdentity.read(connection),
          snapshot: content.name.text,
          isWhole: isWhole,
          dataTime: try content.manifest.takenTime,
          at: now,
          operation: operation,
          omissions: omissions
        ).store(in: content.repository)
      }
    } catch let problem as Problem {
      warn("the repository does not remember this restore: \(problem.summary)")
    } catch {
      warn("the repository does not remember this restore: \(error)")
    }
  }

  /// Remembers the restore of an imported dump in each database that it filled.
  func remember(dump content: SnapshotContent, restoredInto target: ConnectionSettings) async {
    guard let dump = content.manifest.dump else { return }
    // Of the template, which a dump of a cluster names too, no work begins.
    let filled =
      dump.needsServer
      ? dump.databases.filter { $0 != "template1" }.map { target.database($0) } : [target]
    for database in filled {
      await remember(content, restoredInto: database, isWhole: true)
    }
  }

  /// Remembers a schema that took the live one's place, where a kill had kept that from being recorded.
  func remember(
    _ result: SetAsideResult,
    in target: ConnectionSettings,
    _ repository: Repository
  ) async {
    guard [.swapped, .accepted].contains(result.state) else { return }
    do {
      let listing = try await listing(of: repository)
      guard let content = try listing.snapshot(named: result.snapshot) else { return }
      await remember(
        content,
        restoredInto: target,
        isWhole: false,
        operation: result.operation
      )
    } catch {
      warn("the repository does not remember this restore: \(error)")
    }
  }

  /// The last restore of a database that anybody recorded.
  ///
  /// A schema that was swapped by a restore that was ended before it could be recorded says it itself.
  func recordedOrigin(
    of settings: ConnectionSettings,
    in repository: Repository
  ) async throws -> DataOrigin? {
    let (last, operations) = try await Lane("drydock.origin").run {
      let identity = try DatabaseIdentity.read(try Connection.openingForOwnQueries(settings))
      return (
        try OriginRecord.last(of: identity, in: repository),
        try OriginRecord.operations(of: identity, in: repository)
      )
    }
    guard let swapped = try await swappedOrigin(settings, repository, without: operations),
      let at = swapped.at
    else { return last?.origin }
    // A journal tells whole seconds. What is swapped was there before, so in one second it is later.
    let isLater = last.map { $0.at.rounded(.down) > at.timeIntervalSince1970 } ?? false
    return isLater ? last?.origin : swapped
  }

  private func swappedOrigin(
    _ settings: ConnectionSettings,
    _ repository: Repository,
    without recorded: Set<String>
  ) async throws -> DataOrigin? {
    let swapped = try await SetAsideOperation.list(in: settings)
      .filter { $0.state == .swapped || $0.state == .accepting }
      .filter { !recorded.contains($0.operation) }
      .min { $0.age < $1.age }
    guard let swapped else { return nil }
    let now = world.now().timeIntervalSince1970
    let listing = try await listing(of: repository)
    guard let content = try listing.snapshot(named: swapped.snapshot) else { return nil }
    return DataOrigin(
      dataTime: try content.manifest.takenTime,
      at: Date(timeIntervalSince1970: (now - swapped.age).rounded(.down)),
      restore: swapped.operation,
      text: "snapshot \(content.name.shortID)"
    )
  }
}
