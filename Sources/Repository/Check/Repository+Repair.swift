internal import ObjectStore
public import Problems

/// What a repair did; it only ever adds objects.
public struct RepairReport: Sendable, Equatable {
  /// Packs that are in an index again.
  public var indexedPacks = 0
  /// Chunks that were stored again out of packs that nothing relies on any more.
  public var salvagedChunks = 0
  /// Names of the packs that they were in.
  public var salvagedPacks: [String] = []
  /// One problem for each pack whose directory cannot be read.
  public var damaged: [Problem] = []

  /// Whether anything was added.
  public var didRepair: Bool { indexedPacks > 0 || salvagedChunks > 0 }
}

extension Repository {
  /// Makes the index again over packs that no index knows, and stores again what still opens in
  /// packs that are cut or whose directory is damaged.
  ///
  /// Never deletes and never overwrites. What it cannot bring back, a check names.
  ///
  /// - Returns: What was done.
  /// - Throws: `repository.needs-newer-reader`, `repository.needs-full-key`; what the store throws,
  ///   and what was done until then stays.
  public func repair() throws -> RepairReport {
    try format.checkWritable(at: store.location)
    try requireFullKey(for: "a repair")
    let rebuilt = try rebuildIndex()
    var report = RepairReport(indexedPacks: rebuilt.packs, damaged: rebuilt.damaged)
    var table = try index.refreshed()
    let sizes = try Pack.sizes(in: store)
    table.disregardPacks(notIn: sizes)
    var salvage = try Salvage(self, table)
    try salvageCut(table, sizes, &salvage)
    for problem in rebuilt.damaged {
      guard
        let name = problem.facts.first(where: { $0.name == "object" })
          .flatMap({ ObjectName($0.value) })
      else { continue }
      try reportingDamage(&report) { try salvage.take(unindexed: name) }
    }
    try salvage.finish()
    report.salvagedChunks = salvage.chunks
    report.salvagedPacks = salvage.packs.map(\.text).sorted()
    return report
  }

  /// Goes through the packs that are there, yet not at the size that an index names.
  private func salvageCut(
    _ table: InstanceTable,
    _ sizes: [ObjectName: Int],
    _ salvage: inout Salvage
  ) throws {
    var cut = Set(
      table.packs.filter { $0.isLost && sizes[Pack.name($0.id)] != nil }.map(\.id)
    )
    guard !cut.isEmpty else { return }
    for object in try store.list(InstanceIndex.directory) {
      // What is damaged here is for the check to name, and keeps nothing else from being salvaged.
      let entries = try unlessDamaged { try InstanceIndex.read(object.name, store, sealed) } ?? []
      for entry in entries where cut.remove(entry.id) != nil {
        try unlessDamaged { try salvage.take(entry) }
      }
    }
  }

  @discardableResult
  private func unlessDamaged<Result>(_ body: () throws -> Result) throws -> Result? {
    do {
      return try body()
    } catch let problem as Problem where problem.code == Damage.code {
      return nil
    }
  }

  private func reportingDamage(_ report: inout RepairReport, _ body: () throws -> Void) throws {
    do {
      try body()
    } catch let problem as Problem where problem.code == Damage.code {
      report.damaged.append(problem)
    }
  }
}
