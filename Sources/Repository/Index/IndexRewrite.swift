internal import ObjectStore
internal import Problems

/// Writes index objects anew without some packs.
///
/// New objects come before old ones go, so that a kill in between leaves packs that are named twice,
/// which harms nobody.
struct IndexRewrite {
  private static let limit = 131_072

  private let repository: Repository
  private let dropped: Set<PackID>
  private var kept: [PackEntry] = []
  private var replaced: [ObjectName] = []

  init(_ repository: Repository, dropping dropped: Set<PackID>) {
    self.repository = repository
    self.dropped = dropped
  }

  /// Rewrites every index object that names one of the packs; the others stay as they are.
  mutating func run(_ lease: Lease) throws {
    // All index objects of a terabyte take minutes to read.
    guard !dropped.isEmpty else { return }
    for object in try repository.store.list(InstanceIndex.directory) {
      try lease.renewIfDue()
      guard let entries = try repository.indexEntries(object.name) else { continue }
      let rest = entries.filter { !dropped.contains($0.id) }
      if rest.count == entries.count { continue }
      kept += rest
      replaced.append(object.name)
      if kept.reduce(0, { $0 + $1.instances.count }) >= Self.limit { try replace() }
    }
    try replace()
  }

  private mutating func replace() throws {
    if !kept.isEmpty { try InstanceIndex.write(kept, repository.store, repository.sealed) }
    for name in replaced { try repository.deleteIfPresent(name) }
    (kept, replaced) = ([], [])
  }
}

extension Repository {
  /// What an index object says; nil where another collector has replaced it meanwhile.
  func indexEntries(_ name: ObjectName) throws -> [PackEntry]? {
    do {
      return try InstanceIndex.read(name, store, sealed)
    } catch let problem as Problem where problem.code == Damage.code {
      guard try !isStored(name) else { throw problem }
      return nil
    }
  }

  /// Deletes an object that somebody else may have deleted meanwhile; whether it was there.
  @discardableResult
  func deleteIfPresent(_ name: ObjectName) throws -> Bool {
    do {
      try store.delete(name)
      return true
    } catch let problem as Problem where problem.code == StoreProblem.notFoundCode {
      return false
    }
  }
}
