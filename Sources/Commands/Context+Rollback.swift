internal import Postgres
internal import Problems
internal import Repository

extension Context {
  /// Warns when the repository was put back to an older state than this machine has seen, and
  /// remembers what it sees now.
  ///
  /// - Parameters:
  ///   - repository: Whose snapshots are looked at.
  ///   - isInResult: Whether the command's JSON says it too.
  /// - Returns: The warning, for reports; nil when there is none.
  /// - Throws: What the store throws. A cache that cannot be written is no reason to stop.
  @discardableResult
  func warnOfRollback(
    _ repository: Repository,
    isInResult: Bool = false
  ) async throws -> Problem? {
    try await tolerating {
      let warning = try await Lane("drydock.last-seen").run { try repository.noticeRollback() }
      if let warning { warn(warning.description, isInResult: isInResult) }
      return warning
    } ?? nil
  }

  /// Keeps the removal of snapshots on purpose from being taken for a rollback.
  ///
  /// - Parameters:
  ///   - forgotten: What was to be removed; those of them that are still there do not count.
  ///   - known: All snapshots of which that was decided.
  ///   - repository: Whose snapshots they are.
  /// - Throws: What the store throws. A cache that cannot be written is no reason to stop.
  func rememberRemoval(
    of forgotten: [SnapshotName],
    among known: [SnapshotName],
    in repository: Repository
  ) async throws {
    _ = try await tolerating {
      try await Lane("drydock.last-seen").run {
        try repository.rememberRemoval(of: forgotten, among: known)
      }
    }
  }

  /// Nil where this machine's own record is what failed.
  private func tolerating<Result>(_ body: () async throws -> Result) async throws -> Result? {
    do {
      return try await body()
    } catch let problem as Problem where problem.code.hasPrefix("files.") {
      detail("what this machine has seen of the repository cannot be kept: \(problem.summary)")
      return nil
    }
  }
}
