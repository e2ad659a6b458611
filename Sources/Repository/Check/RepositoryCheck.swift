internal import Files
internal import ObjectStore
internal import Problems

/// One run of a check: collects every finding instead of stopping at the first.
struct RepositoryCheck {
  let repository: Repository
  var report = CheckReport()
  var table = InstanceTable()
  /// Holds the file that the table searches, where there is one.
  private var scratch: TemporaryDirectory?
  private var sizes: [ObjectName: Int] = [:]
  /// What was reported with an offset: several deltas may stand on one damaged instance.
  private var reported: Set<String> = []
  var damaged: Set<KnownDamage.Place> = []

  let progress: (CheckProgress) -> Void

  init(_ repository: Repository, _ progress: @escaping (CheckProgress) -> Void) {
    self.repository = repository
    self.progress = progress
  }

  mutating func run(
    reading sample: PackSample?,
    examine: (SnapshotName, [UInt8], StoredChunks) throws -> String?
  ) throws -> CheckReport {
    progress(CheckProgress("reading the index"))
    try checkKeySlots()
    try loadIndex()
    try checkPackSizes()
    if let sample {
      try readPacks(sample)
      try rememberDamage(isAll: sample == .all)
    }
    progress(CheckProgress("looking through snapshots"))
    try checkSnapshots(StoredChunks(repository, table), examine)
    try checkRecords()
    return report
  }

  /// Runs a body over one object; what it throws becomes a finding, except where the store may
  /// answer another time.
  ///
  /// - Returns: Whether the body came to its end.
  @discardableResult
  mutating func finding(
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

  mutating func add(
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
      cache: scratch.map { repository.indexCache(in: $0.path) },
      comparesPacks: true
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
        do {
          guard let manifest = try check.repository.manifestIfReadable(of: snapshot) else {
            check.report.snapshotsOfOthers += 1
            return
          }
          guard let loss = try examine(snapshot, manifest, chunks) else { return }
          check.add(.incompleteSnapshot, object.name, loss)
        } catch let problem as Problem {
          // Somebody has forgotten it just now.
          if try check.repository.snapshots().contains(snapshot) { throw problem }
          check.report.snapshots -= 1
        }
      }
      if !isRead { report.unreadable.append(snapshot) }
    }
  }

  private mutating func checkRecords() throws {
    for kind in [RecordKind.restore, .proof, .tags] {
      for object in try repository.store.list(kind.rawValue) {
        try finding(object.name) { check in
          let id = object.name.lastComponent
          _ = try check.repository.recordIfReadable(kind: kind, id: id)
        }
      }
    }
  }
}
