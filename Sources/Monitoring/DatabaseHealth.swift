public import FoundationEssentials
public import Verification

/// How one database stands.
public struct DatabaseHealth: Sendable, Equatable {
  /// What people call it here.
  public var label: String
  /// What is known of it; no snapshots where it is only expected.
  public var facts: DatabaseFacts
  /// The newest snapshot that counts.
  public var newest: SnapshotFacts?
  /// How old its data are, in seconds; never negative.
  public var age: Double?
  /// The last proof that counts.
  public var proof: Proof?
  /// How old it is, in seconds; never negative.
  public var proofAge: Double?
  /// The time of the judgement.
  public var time: Date
  /// What it was held against; nil where nothing is expected of it.
  public var limits: HealthPolicy?
  /// What there is to say, the weightiest first.
  public var findings: [JudgedFinding]

  /// The weightiest of the findings.
  public var state: HealthState { findings.map(\.state).max() ?? .good }

  /// Judges a database.
  ///
  /// - Parameters:
  ///   - facts: What is known of it.
  ///   - label: What to call it.
  ///   - policy: What must have happened until when.
  ///   - showsProofs: Whether the key in use shows what was proven.
  ///   - now: The time.
  public init(
    _ facts: DatabaseFacts,
    label: String,
    policy: HealthPolicy,
    showsProofs: Bool,
    now: Date
  ) {
    self.label = label
    self.facts = facts
    newest = facts.newest(at: now)
    age = newest.map { max(0, now.timeIntervalSince($0.taken)) }
    proof = facts.lastProof(policy.proofLevel, at: now)
    proofAge = proof.map { max(0, now.timeIntervalSince1970 - Double($0.proven)) }
    time = now
    limits = nil
    findings = []
    if policy.isRetired(facts) {
      findings = [JudgedFinding(.good, .retired)]
    } else if facts.isOnlyImported && !facts.snapshots.isEmpty && !policy.expects(facts) {
      findings = failures + [JudgedFinding(.good, .imported)]
    } else {
      limits = policy
      findings = failures + freshness(policy, now) + proofs(policy, showsProofs)
      findings.sort { $0.state > $1.state }
    }
  }

  /// Whoever keeps a damaged snapshot may need it: it is told until it is proven or forgotten.
  private var failures: [JudgedFinding] {
    facts.snapshots.compactMap { snapshot in
      snapshot.failure.map { JudgedFinding(.critical, .failedProof(snapshot.name, $0)) }
    }
  }

  private func freshness(_ policy: HealthPolicy, _ now: Date) -> [JudgedFinding] {
    guard !facts.snapshots.isEmpty else { return [JudgedFinding(.critical, .noSnapshot)] }
    // A snapshot from the future would be fresh for ever, so it counts for nothing and is told.
    let future = facts.countable.filter { $0.isFuture(at: now) }.map {
      JudgedFinding(.warning, .future($0.name, ahead: $0.taken.timeIntervalSince(now)))
    }
    guard let age else { return [JudgedFinding(.critical, .nothingPresent)] + future }
    if age > policy.maxAge {
      return [JudgedFinding(.critical, .stale(age: age, limit: policy.maxAge))] + future
    }
    if let limit = policy.warnAge, age > limit {
      return [JudgedFinding(.warning, .stale(age: age, limit: limit))] + future
    }
    return future
  }

  /// A database that nobody ever proved is told at once: where a policy keeps only young snapshots,
  /// waiting until the oldest is old enough would be waiting for ever.
  private func proofs(_ policy: HealthPolicy, _ showsProofs: Bool) -> [JudgedFinding] {
    guard !facts.snapshots.isEmpty, let limit = policy.proofMaxAge else { return [] }
    let level = policy.proofLevel
    guard let proofAge else {
      guard showsProofs else { return [JudgedFinding(.good, .proofsHidden)] }
      return [
        JudgedFinding(policy.proofCriticalAge == nil ? .warning : .critical, .unproven(level))
      ]
    }
    if let critical = policy.proofCriticalAge, proofAge > critical {
      return [JudgedFinding(.critical, .staleProof(level, age: proofAge, limit: critical))]
    }
    if proofAge > limit {
      return [JudgedFinding(.warning, .staleProof(level, age: proofAge, limit: limit))]
    }
    return []
  }
}
