internal import Files
internal import FoundationEssentials
internal import Monitoring
internal import Postgres
internal import Problems
internal import Repository

/// What monitoring knows, and what it is held against.
extension Context {
  /// What must have happened until when.
  ///
  /// The default database must have been backed up too, and those of the fleet that are known without
  /// asking a server: one that was never backed up would else raise no alarm.
  ///
  /// - Parameter options: Those of the command, by which the profiles of the fleet are read.
  /// - Returns: The policy.
  /// - Throws: A `Problem` where a profile of the fleet cannot be read.
  func healthPolicy(_ options: SharedOptions) throws -> HealthPolicy {
    var policy = configuration.monitoring.health ?? HealthPolicy()
    if let database = configuration.database?.keywords["dbname"], !database.isEmpty {
      policy.expected.append(database)
    }
    if configuration.fleet != nil {
      policy.expected += try FleetRoster(options, in: self).databasesOfProfiles()
    }
    return policy
  }

  /// What the repository may take and cost.
  var budget: Budget { configuration.monitoring.budget ?? Budget() }

  /// What a repository knows of its databases.
  func facts(of repository: Repository) async throws -> RepositoryFacts {
    try await Lane("drydock.facts").run { try RepositoryFacts(of: repository) }
  }

  /// What this machine has measured of a repository's size; nil where it keeps nothing.
  func sizeLog(of repository: Repository) -> SizeLog? {
    cacheDirectory.map { SizeLog(directory: "\($0)/\(repository.id)") }
  }

  /// What a repository takes, and how fast that grows.
  func storage(
    of repository: Repository,
    _ snapshots: [SnapshotFacts]
  ) async throws -> StorageFacts {
    let log = sizeLog(of: repository)
    let diskSpace = world.diskSpace
    let look = StorageLook(at: repository.store, log: log) { path in
      diskSpace(path).map { .init(free: $0.free, size: $0.size) }
    }
    let now = world.now()
    return try await Lane("drydock.size").run { try look.run(snapshots: snapshots, now: now) }
  }

  /// Warns of a budget that is nearly used up.
  ///
  /// The snapshot is taken, so nothing here fails.
  func warnOfBudget(_ repository: Repository) async {
    guard !budget.isEmpty else { return }
    do {
      let facts = try await facts(of: repository)
      let storage = try await storage(of: repository, facts.databases.flatMap(\.snapshots))
      for judged in budget.findings(of: storage, now: world.now()) { warn(judged.finding.text) }
    } catch let problem as Problem {
      warn("the budget could not be looked at: \(problem.summary)")
    } catch {
      warn("the budget could not be looked at: \(error)")
    }
  }
}
