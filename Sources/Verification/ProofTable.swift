public import Repository

/// The proofs of a repository, by snapshot.
///
/// A proof's id says what it is about, so only those that matter are read: a list of a thousand
/// snapshots reads one proof of each, not every one that there ever was. A proof counts until the
/// same level, or one below, fails.
public struct ProofTable: Sendable {
  private let repository: Repository
  private let ids: [String: [ProofID]]

  /// Lists the proofs.
  public init(of repository: Repository) throws {
    self.repository = repository
    let all = try repository.records(kind: .proof).compactMap { ProofID($0) }
    ids = Dictionary(grouping: all, by: \.snapshot)
  }

  /// The proof that says most of a snapshot: the highest level, and of those the last; whole ones
  /// before samples.
  public func best(of snapshot: SnapshotName) throws -> Proof? {
    try first(of: snapshot) { one, other in
      (one.mark == .sample ? 0 : 1, one.level, one.milliseconds)
        > (other.mark == .sample ? 0 : 1, other.level, other.milliseconds)
    } where: { _ in
      true
    }?.proof
  }

  /// The last proof that says at least as much as is asked for.
  public func last(
    of snapshot: SnapshotName,
    _ level: Proof.Level,
    sample: Int? = nil
  ) throws -> Proof? {
    try first(of: snapshot) {
      $0.milliseconds > $1.milliseconds
    } where: {
      $0.covers(level, sample: sample)
    }?.proof
  }

  /// The last failure after which nothing proved the same level; nil where there is none.
  ///
  /// - Parameter snapshot: Which snapshot.
  /// - Returns: What was wrong.
  /// - Throws: What reading a record throws.
  public func failure(of snapshot: SnapshotName) throws -> ProofFailure? {
    for (failure, milliseconds) in try failures(of: snapshot) {
      let proven = try first(of: snapshot) {
        $0.milliseconds > $1.milliseconds
      } where: {
        $0.covers(failure.level)
      }
      if (proven?.milliseconds ?? Int.min) <= milliseconds { return failure }
    }
    return nil
  }

  /// The first proof that counts and fits, in an order; one that the key in use cannot open counts
  /// for nothing.
  private func first(
    of snapshot: SnapshotName,
    by order: (ProofID, ProofID) -> Bool,
    where fits: (Proof) -> Bool
  ) throws -> (proof: Proof, milliseconds: Int)? {
    let failures = try failures(of: snapshot)
    let proofs = (ids[snapshot.text] ?? []).filter { $0.mark != .failure }
    for id in proofs.sorted(by: order) {
      guard let bytes = try repository.recordIfReadable(kind: .proof, id: id.text) else {
        continue
      }
      let proof = try Proof(decoding: bytes)
      let isVoid = failures.contains {
        proof.level >= $0.failure.level && id.milliseconds <= $0.milliseconds
      }
      if proof.snapshot == snapshot.text && !isVoid && fits(proof) {
        return (proof, id.milliseconds)
      }
    }
    return nil
  }

  /// All failures of a snapshot that the key in use can open, the last first.
  private func failures(
    of snapshot: SnapshotName
  ) throws -> [(failure: ProofFailure, milliseconds: Int)] {
    var found: [(failure: ProofFailure, milliseconds: Int)] = []
    for id in ids[snapshot.text] ?? [] where id.mark == .failure {
      guard let bytes = try repository.recordIfReadable(kind: .proof, id: id.text) else {
        continue
      }
      let failure = try ProofFailure(decoding: bytes)
      if failure.snapshot == snapshot.text { found.append((failure, id.milliseconds)) }
    }
    return found.sorted { $0.milliseconds > $1.milliseconds }
  }

  /// Which of some snapshots should be verified next: one that never was, the newest first, and
  /// else the one whose last verification is oldest.
  ///
  /// One that failed waits like one that passed: it would have its turn every night otherwise, and
  /// keep all others from theirs.
  ///
  /// - Parameters:
  ///   - snapshots: Names, oldest first.
  ///   - level: What is to be proven.
  ///   - sample: The share that is to be read, in percent; nil for all.
  /// - Returns: A name, nil where there are none.
  /// - Throws: What reading a proof throws.
  public func next(
    among snapshots: [SnapshotName],
    _ level: Proof.Level,
    sample: Int? = nil
  ) throws -> SnapshotName? {
    var oldest: (name: SnapshotName, milliseconds: Int)?
    for name in snapshots.reversed() {
      let proven = try first(of: name) {
        $0.milliseconds > $1.milliseconds
      } where: {
        $0.covers(level, sample: sample)
      }
      let failed = try failures(of: name).first { $0.failure.level <= level }
      let attempts = [proven?.milliseconds, failed?.milliseconds].compactMap { $0 }
      guard let milliseconds = attempts.max() else { return name }
      if oldest.map({ milliseconds <= $0.milliseconds }) ?? true { oldest = (name, milliseconds) }
    }
    return oldest?.name
  }
}
