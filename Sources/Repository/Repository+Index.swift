internal import ObjectStore
public import Problems

/// What a rebuild of the index did.
public struct RebuiltIndex: Sendable, Equatable {
  /// Packs that are in an index again.
  public var packs = 0
  /// One problem for each pack whose directory cannot be read.
  public var damaged: [Problem] = []
}

extension Repository {
  /// Instances that one new index object may hold before the next is begun.
  private static var rebuildBatch: Int { 131_072 }

  /// Writes a new index over all packs that no index knows, from the packs' own directories.
  ///
  /// Only ever adds objects. A damaged index object counts as unknown, and a damaged pack is
  /// reported while the others are indexed.
  @discardableResult
  public func rebuildIndex() throws -> RebuiltIndex {
    try addIndex(overPacksNotIn: try indexedPacks())
  }

  /// Writes an index over the packs that writers left without one when they were stopped, so that
  /// whoever goes on need not store the same again.
  ///
  /// Does what ``rebuildIndex()`` does, but believes what this machine's cache says of the index.
  public func indexLeftoverPacks() throws -> RebuiltIndex {
    try addIndex(overPacksNotIn: Set(try index.refreshed().packs.map(\.id)))
  }

  private func addIndex(overPacksNotIn known: Set<PackID>) throws -> RebuiltIndex {
    var result = RebuiltIndex()
    var batch: [PackEntry] = []
    for object in try store.list(Pack.directory) {
      if let id = Pack.id(from: object.name), known.contains(id) { continue }
      do {
        batch.append(
          try Pack.readDirectory(of: object.name, in: store, keys: keys, binding: binding)
        )
        result.packs += 1
      } catch let problem as Problem where problem.code == Damage.code {
        result.damaged.append(problem)
      }
      if batch.reduce(0, { $0 + $1.instances.count }) >= Self.rebuildBatch {
        try InstanceIndex.write(batch, store, sealed)
        batch.removeAll()
      }
    }
    if !batch.isEmpty { try InstanceIndex.write(batch, store, sealed) }
    return result
  }

  private func indexedPacks() throws -> Set<PackID> {
    var known: Set<PackID> = []
    for object in try store.list(InstanceIndex.directory) {
      do {
        known.formUnion(try InstanceIndex.read(object.name, store, sealed).map(\.id))
      } catch let problem as Problem where problem.code == Damage.code {
        // A damaged index is what a rebuild is for; a check reports it.
        continue
      }
    }
    return known
  }
}
