internal import Reports
internal import Synchronization

/// The place of one member in a fleet's run: what it shares with others, and what it said.
final class FleetPlace: Sendable {
  /// What a command said while it worked on one member.
  struct Said: Sendable, Equatable {
    var reports: [Report] = []
    var warnings: [String] = []
  }

  /// The repositories of the run.
  let repositories: FleetRepositories
  /// The system identifier of the member's cluster, where it is known.
  let systemIdentifier: String?
  private let state = Mutex(Said())

  init(_ repositories: FleetRepositories, systemIdentifier: String?) {
    self.repositories = repositories
    self.systemIdentifier = systemIdentifier
  }

  /// What was said until now.
  var said: Said { state.withLock { $0 } }

  func add(_ report: Report) { state.withLock { $0.reports.append(report) } }
  func add(warning: String) { state.withLock { $0.warnings.append(warning) } }
}
