internal import Cryptography
public import ObjectStore
internal import Problems

extension Repository {
  /// Checks that every snapshot is whole, and reports everything that is not.
  ///
  /// - Parameters:
  ///   - sample: Which packs are read, their chunks all opened and hashed; nil for the structure
  ///     only.
  ///   - progress: Told how far it has come.
  ///   - examine: Looks whether all is stored that a manifest needs. Returns what is lost, as one
  ///     clause, or nil; throws a `Problem` where the manifest cannot be understood.
  /// - Returns: What was looked at and what is wrong. Damage is a finding, never an error.
  /// - Throws: Only what keeps the check from going on, such as a store that does not answer.
  public func check(
    reading sample: PackSample? = nil,
    progress: @escaping (CheckProgress) -> Void = { _ in },
    examine: (SnapshotName, _ manifest: [UInt8], StoredChunks) throws -> String?
  ) throws -> CheckReport {
    var check = RepositoryCheck(self, progress)
    return try check.run(reading: sample, examine: examine)
  }

  /// Checks that every pack's bytes hash to its name, which takes no key.
  ///
  /// - Parameter store: A store with a repository.
  /// - Returns: The packs that are damaged.
  /// - Throws: What the store may answer another time, which says nothing against a pack.
  public static func checkPackNames(in store: any ObjectStore) throws -> [CheckReport.Finding] {
    var findings: [CheckReport.Finding] = []
    for object in try store.list(Pack.directory) {
      var reason: String?
      do {
        let bytes = try store.get(object.name, limit: PackEntry.sizeLimit)
        let isWhole = try PackID(SHA256.hash(bytes)) == Pack.id(from: object.name)
        if !isWhole { reason = "its bytes do not hash to its name" }
      } catch let problem as Problem where !problem.isRetryable {
        reason = problem.reason ?? problem.summary
      }
      guard let reason else { continue }
      findings.append(.init(harm: .damagedObject, object: object.name.text, reason: reason))
    }
    return findings
  }
}
