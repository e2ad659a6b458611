internal import Problems

/// How an accept gets its safety snapshot: from the caller, since taking and proving snapshots is
/// the work of other modules.
public struct SafetySnapshot: Sendable {
  /// A snapshot that was taken and proven.
  public struct Proof: Sendable, Equatable {
    /// Its name.
    public var snapshot: String
    /// The level of the verify ladder that it passed.
    public var level: Int

    /// Makes a proof.
    public init(snapshot: String, level: Int) {
      self.snapshot = snapshot
      self.level = level
    }

    /// Refuses a proof that is too weak to drop the copy.
    func require(of copy: String) throws(Problem) {
      guard level < SafetySnapshot.neededLevel else { return }
      throw Problem(
        .refused,
        code: "restore.safety-snapshot",
        "the safety snapshot of \(copy) is not proven; nothing was dropped",
        facts: [.init("snapshot", snapshot), .init("level", String(level))],
        hint: "drydock verify \(snapshot) --level 2, then try again."
      )
    }
  }

  /// The level that lets a copy be dropped: every chunk opens and adds up.
  static let neededLevel = 2

  let take: @Sendable (_ copy: String) async throws -> Proof

  /// Makes the seam from a closure that takes and proves a snapshot of the named copy, a
  /// schema or a database.
  public init(_ take: @escaping @Sendable (_ copy: String) async throws -> Proof) {
    self.take = take
  }
}
