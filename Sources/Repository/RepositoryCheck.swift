internal import Cryptography
internal import Files
internal import ObjectStore
internal import Problems

/// One run of a check: collects every finding instead of stopping at the first.
struct RepositoryCheck {
  private let repository: Repository
  private var report = CheckReport()
  private var table = InstanceTable()
  /// Holds the file that the table searches, where there is one.
  private var scratch: TemporaryDirectory?
  private var sizes: [ObjectName: Int] = [:]
  /// What was reported with an offset: several deltas may stand on one damaged instance.
  private var reported: Set<String> = []
  private var damaged: Set<KnownDamage.Place> = []

  init(_ repository: Repository) {
    self.repository = repository
  }

  mutating func run(
    reading sample: PackSample?,
    examine: (SnapshotName, [UInt8], StoredChunks) throws -> String?
  ) throws -> CheckReport {
    try checkKeySlots()
    try loadIndex()
    try checkPackSizes()
    if let sample {
      try readPacks(sample)
      try rememberDamage(isAll: sample == .all)
    }
    try checkSnapshots(StoredChunks(repository, table), examine)
    try checkRecords()
    return report
  }

  /// Runs a body over one object; what it throws becomes a finding, except where the store may
  /// answer another time.
  ///
  /// - Returns: Whether the body came to its end.
  @discardableResult
  private mutating func finding(
    _ object: ObjectName,
    _ body: (inout RepositoryCheck) throws -> Void
  ) throws -> Bool {
    do {
      try body(&self)
      return true
    } catch let problem as Problem {
      if problem.isRetryable { throw problem }
      add(.damagedObject, object, problem.reason ?? problem.summary)
    } catch let malformed as Malformed {
      add(.damagedObject, object, malformed.reason)
    }
    return false
  }

  private mutating func add(
    _ harm: CheckReport.Finding.Harm,
    _ object: ObjectName,
    _ reason: String,
    offset: Int? = nil
  ) {
    if let offset, !reported.insert("\(object) \(offset)").inserted { return }
    report.findings.append(
      .init(harm: harm, object: object.text, reason: reason, offset: offset)
    )
  }

  /// Opens none, since a check has one passphrase at the most, but reads every slot, and who signed
  /// it: the damaged one may be that of somebody else.
  private mutating func checkKeySlots() throws {
    for object in try repository.store.list(KeySlot.directory) {
      try finding(object.name) { check in
        let repository = check.repository
        let bytes = try repository.store.get(object.name, limit: KeySlot.limit)
        guard case .current(let slot) = try StoredSlot(decoding: bytes, name: object.name) else {
          return
        }
        let binding = repository.binding
        let isOurs = try slot.isOf(binding) && slot.isSigned(by: repository.keys.authority)
        guard try isOurs || slot.isForeign(to: binding) else {
          throw Malformed("the repository's authority has not signed it")
        }
      }
    }
  }

  /// Reads every index object, whatever this machine's cache says of them.
  ///
  /// Where they are many, what they say goes to a file that lasts as long as the check.
  private mutating func loadIndex() throws {
    // Without a place for files everything is in memory.
    scratch = try? TemporaryDirectory(prefix: "drydock-check")
    let index = InstanceIndex(
      store: repository.store,
      sealed: repository.sealed,
      cache: scratch.map { repository.indexCache(in: $0.path) }
    )
    table = try index.table()
    for (object, problem) in index.damages {
      add(.damagedObject, object, problem.reason ?? problem.summary)
    }
    report.chunks = table.count
  }

  private mutating func checkPackSizes() throws {
    sizes = try Pack.sizes(in: repository.store)
    report.packs = sizes.count
    let condemned = try condemnedPacks()
    report.packsMarked = sizes.keys.count { Pack.id(from: $0).map(condemned.contains) ?? false }
    var known: Set<ObjectName> = []
    for pack in table.packs {
      let name = Pack.name(pack.id)
      known.insert(name)
      guard let size = sizes[name] else {
        // A collector was killed between the index and the pack, or is at it.
        if condemned.contains(pack.id) { continue }
        add(.damagedObject, name, "it is missing")
        continue
      }
      if size != pack.size {
        add(.damagedObject, name, "it has \(size) bytes instead of \(pack.size)")
      }
    }
    table.disregardPacks(notIn: sizes)
    report.packsWithoutIndex = sizes.keys.filter { !known.contains($0) }.count
  }

  /// The packs under a mark; a mark that does not open becomes a finding.
  private mutating func condemnedPacks() throws -> Set<PackID> {
    var marks: [Mark] = []
    for object in try repository.store.list(Mark.directory) {
      try finding(object.name) { check in
        do {
          marks.append(try Mark(object, in: check.repository))
        } catch let problem as Problem {
          // A collector may have replaced it just now.
          if try check.repository.isStored(object.name) { throw problem }
        }
      }
    }
    return marks.condemned
  }

  /// Reads the packs whose turn it is.
  ///
  /// Goes from index object to index object, so that the instances of a few hundred packs are in
  /// memory, not those of all.
  private mutating func readPacks(_ sample: PackSample) throws {
    report.sample = sample
    var chosen = sample.chosen(among: table.packs.filter { !$0.isLost }.map(\.id))
    let reader = try ChunkReader(repository, table: table)
    for object in try repository.store.list(InstanceIndex.directory) {
      for entry in try entries(of: object.name) where chosen.remove(entry.id) != nil {
        try finding(Pack.name(entry.id)) { check in try check.readPack(entry, reader) }
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
        addDamage(problem, at: Int(offset), in: name)
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

  /// Lets the next writer on this machine store again what is damaged inside of packs.
  private func rememberDamage(isAll: Bool) throws {
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
  ) {
    let object = problem.fact("object").flatMap { ObjectName($0) } ?? pack
    let offset = problem.fact("offset").flatMap { Int($0) } ?? place
    add(.damagedObject, object, problem.reason ?? problem.summary, offset: offset)
    guard let id = Pack.id(from: object) else { return }
    table.disregard(offset, inPack: id)
    damaged.insert(.init(pack: id, offset: offset))
  }

  private mutating func checkSnapshots(
    _ chunks: StoredChunks,
    _ examine: (SnapshotName, [UInt8], StoredChunks) throws -> String?
  ) throws {
    for object in try repository.store.list(SnapshotName.directory) {
      report.snapshots += 1
      guard let snapshot = SnapshotName(object: object.name) else {
        add(.damagedObject, object.name, "its name is not a snapshot's")
        continue
      }
      let isRead = try finding(object.name) { check in
        guard let manifest = try check.repository.manifestIfReadable(of: snapshot) else {
          check.report.snapshotsOfOthers += 1
          return
        }
        guard let loss = try examine(snapshot, manifest, chunks) else { return }
        check.add(.incompleteSnapshot, object.name, loss)
      }
      if !isRead { report.unreadable.append(snapshot) }
    }
  }

  private mutating func checkRecords() throws {
    for kind in [RecordKind.restore, .proof] {
      for object in try repository.store.list(kind.rawValue) {
        try finding(object.name) { check in
          let id = object.name.lastComponent
          _ = try check.repository.recordIfReadable(kind: kind, id: id)
        }
      }
    }
  }
}

extension Problem {
  fileprivate func fact(_ name: String) -> String? { facts.first { $0.name == name }?.value }
}
