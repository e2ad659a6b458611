internal import Foundation
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
  func remember(
    _ content: SnapshotContent,
    restoredInto target: ConnectionSettings,
    isWhole: Bool
  ) async {
    let now = world.now()
    do {
      try await Lane("drydock.origin").run {
        let connection = try Connection.open(target)
        try OriginRecord(
          database: try DatabaseIdentity.read(connection),
          snapshot: content.name.text,
          isWhole: isWhole,
          dataTime: try content.manifest.takenTime,
          at: now
        ).store(in: content.repository)
      }
    } catch let problem as Problem {
      warn("the repository does not remember this restore: \(problem.summary)")
    } catch {
      warn("the repository does not remember this restore: \(error)")
    }
  }

  /// The last restore of a database that anybody recorded: whole, or of a schema that is swapped.
  func recordedOrigin(
    of settings: ConnectionSettings,
    in repository: Repository
  ) async throws -> DataOrigin? {
    let whole = try await Lane("drydock.origin").run {
      let connection = try Connection.opening(settings)
      return try OriginRecord.last(of: try DatabaseIdentity.read(connection), in: repository)
    }
    guard let swapped = try await swappedOrigin(settings, repository), let at = swapped.at else {
      return whole?.origin
    }
    // A journal tells whole seconds. What is swapped was there before, so in one second it is later.
    let isLater = whole.map { $0.at.rounded(.down) > at.timeIntervalSince1970 } ?? false
    return isLater ? whole?.origin : swapped
  }

  private func swappedOrigin(
    _ settings: ConnectionSettings,
    _ repository: Repository
  ) async throws -> DataOrigin? {
    let swapped = try await SetAsideOperation.list(in: settings)
      .filter { $0.state == .swapped || $0.state == .accepting }
      .min { $0.age < $1.age }
    guard let swapped else { return nil }
    let now = world.now().timeIntervalSince1970
    let all = try await snapshots(in: repository)
    guard let content = all.first(where: { $0.name.text == swapped.snapshot }) else { return nil }
    return DataOrigin(
      dataTime: try content.manifest.takenTime,
      at: Date(timeIntervalSince1970: (now - swapped.age).rounded(.down)),
      text: "snapshot \(content.name.shortID)"
    )
  }
}
