internal import Problems

/// One that a fleet's run works on: a database, or a repository.
struct FleetMember: Sendable {
  /// What people call it.
  let name: String
  /// What is configured for it, or why there is nothing to work on.
  let configuration: Result<Configuration, Problem>
  /// The system identifier of the database's cluster, where it was asked already.
  var systemIdentifier: String?
}
