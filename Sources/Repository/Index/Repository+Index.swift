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
    let known = try indexedPacks()
    return try addIndex(over: try store.list(Pack.directory).lazy.filter { !$0.isPack(in: known) })
  }

  /// Writes an index over the packs that writers left without one when they were stopped, so that
  /// whoever goes on need not store the same again.
  ///
  /// Packs of writers that are at work are among them: their own index names them once more, which
  /// harms nobody. Packs under a mark are on their way out, and stay as they are.
  ///
  /// - Parameter places: What the repository holds; that of it which its index knows is believed.
  /// - Returns: What was done; nothing was written when it names no pack.
  /// - Throws: What the store throws.
  func indexLeftovers(in places: Places) throws -> RebuiltIndex {
    let known = Set(places.stored.packs.lazy.map(\.id)).union(places.condemned)
    return try addIndex(over: places.packs.lazy.filter { !$0.isPack(in: known) })
  }

  private func addIndex(over packs: some Sequence<ObjectInfo>) throws -> RebuiltIndex {
    var result = RebuiltIndex()
    var batch: [PackEntry] = []
    for object in packs {
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

extension ObjectInfo {
  /// Whether this is one of the packs.
  fileprivate func isPack(in packs: Set<PackID>) -> Bool {
    Pack.id(from: name).map(packs.contains) ?? false
  }
}
