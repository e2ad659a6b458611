public import FoundationEssentials

/// How a repository stands: whether each of its databases is backed up and proven, and whether it
/// stays within its budget.
///
/// It is a judgement of facts and a time, so it can be tested without waiting.
public struct Health: Sendable, Equatable {
  /// Where the repository is.
  public var location: String
  /// By name.
  public var databases: [DatabaseHealth]
  /// What there is to say of the repository as a whole, the weightiest first.
  public var findings: [JudgedFinding]
  /// What the repository takes, and what there is for it; nil where nobody looked.
  public var storage: StorageFacts?
  /// The time of the judgement.
  public var time: Date

  /// The weightiest of all findings.
  public var state: HealthState {
    (findings.map(\.state) + databases.map(\.state)).max() ?? .good
  }

  /// Judges a repository.
  ///
  /// - Parameters:
  ///   - facts: What is known of it.
  ///   - policy: What must have happened until when.
  ///   - storage: What it takes.
  ///   - budget: What it may take.
  ///   - now: The time.
  public init(
    of facts: RepositoryFacts,
    policy: HealthPolicy,
    storage: StorageFacts? = nil,
    budget: Budget = Budget(),
    now: Date
  ) {
    location = facts.location
    time = now
    self.storage = storage
    let missing = policy.expected.filter { name in
      !policy.retired.contains(name) && !facts.databases.contains { $0.isCalled(name) }
    }
    let labelled = facts.databases.map { (facts: $0, label: facts.label(of: $0)) }
    let absent = Set(missing).map { name in
      (facts: DatabaseFacts(name: name, systemIdentifier: ""), label: name)
    }
    databases = (labelled + absent).sorted { $0.label < $1.label }.map { database in
      DatabaseHealth(
        database.facts,
        label: database.label,
        policy: policy,
        showsProofs: facts.showsProofs,
        now: now
      )
    }
    var all = facts.damaged.map { JudgedFinding(.critical, .damaged($0.snapshot, $0.reason)) }
    if databases.isEmpty && facts.damaged.isEmpty {
      all.append(JudgedFinding(facts.hidden > 0 ? .unknown : .critical, .empty))
    }
    if facts.hidden > 0 { all.append(JudgedFinding(.good, .hidden(facts.hidden))) }
    all += storage.map { budget.findings(of: $0, now: now) } ?? []
    findings = all.sorted { $0.state > $1.state }
  }
}
