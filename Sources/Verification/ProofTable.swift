public import Repository

/// The proofs of a repository, by snapshot.
///
/// A proof's id says what it is about, so only those that matter are read: a list of a thousand
/// snapshots reads one proof of each, not every one that there ever was.
public struct ProofTable: Sendable {
  private struct Entry {
    let id: String
    let level: Int
    let milliseconds: Int
    let isSample: Bool
  }

  private let repository: Repository
  private let entries: [String: [Entry]]

  /// Lists the proofs.
  public init(of repository: Repository) throws {
    self.repository = repository
    let all = try repository.records(kind: .proof).compactMap { id in
      Self.entry(id).map { (snapshot: $0, entry: $1) }
    }
    entries = Dictionary(grouping: all, by: \.snapshot).mapValues { $0.map(\.entry) }
  }

  /// The id under which a proof is kept: `<snapshot>-<level>[s]-<milliseconds since 1970>`.
  static func id(of proof: Proof, milliseconds: Int) -> String {
    "\(proof.snapshot)-\(proof.level.rawValue)\(proof.sample == nil ? "" : "s")-\(milliseconds)"
  }

  private static func entry(_ id: String) -> (String, Entry)? {
    let words = id.split(separator: "-")
    guard words.count > 2, let milliseconds = Int(words[words.count - 1]) else { return nil }
    let level = words[words.count - 2]
    guard let number = Int(level.filter { $0 != "s" }) else { return nil }
    return (
      words.dropLast(2).joined(separator: "-"),
      Entry(id: id, level: number, milliseconds: milliseconds, isSample: level.hasSuffix("s"))
    )
  }

  /// The proof that says most of a snapshot: the highest level, and of those the last; whole ones
  /// before samples.
  public func best(of snapshot: SnapshotName) throws -> Proof? {
    try first(of: snapshot) { one, other in
      (one.isSample ? 0 : 1, one.level, one.milliseconds)
        > (other.isSample ? 0 : 1, other.level, other.milliseconds)
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

  /// The first that fits, in an order; one that the key in use cannot open counts for nothing.
  private func first(
    of snapshot: SnapshotName,
    by order: (Entry, Entry) -> Bool,
    where fits: (Proof) -> Bool
  ) throws -> (proof: Proof, milliseconds: Int)? {
    for entry in (entries[snapshot.text] ?? []).sorted(by: order) {
      guard let bytes = try repository.recordIfReadable(kind: .proof, id: entry.id) else {
        continue
      }
      let proof = try Proof(decoding: bytes)
      if proof.snapshot == snapshot.text && fits(proof) { return (proof, entry.milliseconds) }
    }
    return nil
  }

  /// Which of some snapshots should be proven next: one without a proof, the newest first, and else
  /// the one whose proof is oldest.
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
      let last = try first(of: name) {
        $0.milliseconds > $1.milliseconds
      } where: {
        $0.covers(level, sample: sample)
      }
      guard let milliseconds = last?.milliseconds else { return name }
      if oldest.map({ milliseconds <= $0.milliseconds }) ?? true { oldest = (name, milliseconds) }
    }
    return oldest?.name
  }
}
