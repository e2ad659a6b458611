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
  }

  /// The level that lets a copy be dropped: every chunk opens and adds up.
  public static let neededLevel = 2

  let take: @Sendable (_ schema: String) async throws -> Proof

  /// Makes the seam from a closure that takes and proves a snapshot which holds the named schema.
  public init(_ take: @escaping @Sendable (_ schema: String) async throws -> Proof) {
    self.take = take
  }
}
