internal import Cryptography
internal import ObjectStore
internal import Problems

/// What is read of packs, instance by instance.
extension RepositoryCheck {
  /// Reads the packs whose turn it is.
  ///
  /// Goes from index object to index object, so that the instances of a few hundred packs are in
  /// memory, not those of all.
  mutating func readPacks(_ sample: PackSample) throws {
    report.sample = sample
    var chosen = sample.chosen(among: table.packs.filter { !$0.isLost }.map(\.id))
    var done = CheckProgress("reading packs")
    done.totalBytes = table.packs.filter { chosen.contains($0.id) }.reduce(0) { $0 + $1.size }
    let reader = try ChunkReader(repository, table: table)
    var known: Set<ObjectName> = []
    while !chosen.isEmpty {
      // Again, since a collector writes index objects anew meanwhile: what is left has not been read.
      let names = try repository.store.list(InstanceIndex.directory).map(\.name)
      let fresh = names.filter { !known.contains($0) }
      if fresh.isEmpty { break }
      known.formUnion(fresh)
      for name in fresh {
        for entry in try entries(of: name) where chosen.remove(entry.id) != nil {
          done.bytes = report.bytesRead
          progress(done)
          let pack = Pack.name(entry.id)
          try finding(pack) { check in
            do {
              try check.readPack(entry, reader)
            } catch let problem as Problem {
              if try !check.isSwept(pack) { throw problem }
            }
          }
        }
      }
    }
  }

  private func entries(of index: ObjectName) throws -> [PackEntry] {
    do {
      return try InstanceIndex.read(index, repository.store, repository.sealed)
    } catch let problem as Problem where problem.code == Damage.code {
      // It was reported when the index was loaded.
      return []
    }
  }

  private mutating func readPack(_ entry: PackEntry, _ reader: ChunkReader) throws {
    let name = Pack.name(entry.id)
    let bytes = try repository.store.get(name, limit: PackEntry.sizeLimit)
    report.packsRead += 1
    report.bytesRead += bytes.count
    let isWhole = try PackID(SHA256.hash(bytes)) == entry.id
    if !isWhole { add(.damagedObject, name, "its bytes do not hash to its name") }
    // What others wrote is proven as bytes alone where the key may not read it.
    for (instance, offset) in entry.instances
    where try repository.keys.mayRead(instance.generation) && !isLeftover(instance) {
      do {
        try Self.prove(instance, at: Int(offset), in: bytes, name, reader)
      } catch let problem as Problem {
        if problem.isRetryable { throw problem }
        try addDamage(problem, at: Int(offset), in: name)
      }
    }
  }

  /// Whether an instance stands on a chunk that is nowhere.
  ///
  /// It counts as missing: collection has taken its base, since no snapshot needs it, or a snapshot
  /// that does is found to be incomplete.
  private func isLeftover(_ instance: Instance) throws -> Bool {
    guard let base = instance.base else { return false }
    return try table.chain(of: base, below: instance.depth) == nil
  }

  /// Whether a collector has deleted the pack since this check began: no damage, since it had found
  /// nothing live there.
  private func isSwept(_ object: ObjectName) throws -> Bool {
    guard let pack = Pack.id(from: object), try !repository.isStored(object) else { return false }
    return try Mark.all(in: repository).condemned.contains(pack)
  }

  /// Lets the next writer on this machine store again what is damaged inside of packs.
  func rememberDamage(isAll: Bool) throws {
    guard let directory = repository.localDirectory else { return }
    do {
      try KnownDamage(directory: directory).record(damaged, isAll: isAll)
    } catch let problem as Problem where problem.code.hasPrefix("files.") {
      // The damage itself is reported; only the help for writers cannot be kept.
      return
    }
  }

  private static func prove(
    _ instance: Instance,
    at offset: Int,
    in bytes: [UInt8],
    _ name: ObjectName,
    _ reader: ChunkReader
  ) throws {
    let base = try reader.base(of: instance)
    let range = offset..<offset + instance.length
    try Damage.naming(name, [.init("offset", String(offset))]) {
      guard range.upperBound <= bytes.count else { throw Malformed("it ends too early") }
      _ = try reader.open(Array(bytes[range]), instance, instance.kind, base: base)
    }
  }

  /// Reports the object that is damaged: for a delta, perhaps the pack of its base, which need not
  /// have its turn in this check; what stands on that base is lost with it.
  private mutating func addDamage(
    _ problem: Problem,
    at place: Int,
    in pack: ObjectName
  ) throws {
    let object = problem.fact("object").flatMap { ObjectName($0) } ?? pack
    // What stands on an instance there is as dead as that.
    if try object != pack && isSwept(object) { return }
    let offset = problem.fact("offset").flatMap { Int($0) } ?? place
    add(.damagedObject, object, problem.reason ?? problem.summary, offset: offset)
    guard let id = Pack.id(from: object) else { return }
    table.disregard(offset, inPack: id)
    damaged.insert(.init(pack: id, offset: offset))
  }
}

extension Problem {
  fileprivate func fact(_ name: String) -> String? { facts.first { $0.name == name }?.value }
}
