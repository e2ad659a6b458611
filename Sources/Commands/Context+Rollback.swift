internal import Postgres
internal import Problems
internal import Repository

extension Context {
  /// Warns when the repository was put back to an older state than this machine has seen, and
  /// remembers what it sees now.
  ///
  /// - Parameter repository: Whose snapshots are looked at.
  /// - Returns: The warning, for reports; nil when there is none.
  /// - Throws: What the store throws. A cache that cannot be written is no reason to stop.
  @discardableResult
  func warnOfRollback(_ repository: Repository) async throws -> Problem? {
    do {
      let warning = try await Lane("drydock.last-seen").run { try repository.noticeRollback() }
      if let warning { warn(warning.description) }
      return warning
    } catch let problem as Problem where problem.code.hasPrefix("files.") {
      detail("what this machine has seen of the repository cannot be kept: \(problem.summary)")
      return nil
    }
  }
}
