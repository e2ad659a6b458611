internal import Cryptography
internal import Files
public import ObjectStore
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

  init(_ repository: Repository) {
    self.repository = repository
  }

  mutating func run(
    readData: Double?,
    closure: (SnapshotName, [UInt8]) throws -> [ChunkID]
  ) throws -> CheckReport {
    try loadIndex()
    try checkPackSizes()
    if let readData { try readPacks(share: readData) }
    try checkSnapshots(closure)
    try checkRecords()
    return report
  }

  /// Runs a body over one object; what it throws becomes a finding.
  private mutating func finding(
    _ object: ObjectName,
    _ body: (inout RepositoryCheck) throws -> Void
  ) {
    do {
      try body(&self)
    } catch let problem as Problem {
      add(.damagedObject, object, problem.reason ?? problem.summary)
    } catch {
      add(.damagedObject, object, "it cannot be understood: \(error)")
    }
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
    var known: Set<ObjectName> = []
    for pack in table.packs {
      let name = Pack.name(pack.id)
      known.insert(name)
      guard let size = sizes[name] else {
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

  /// Reads a random share of the packs; over many runs every pack gets its turn.
  ///
  /// Goes from index object to index object, so that the instances of a few hundred packs are in
  /// memory, not those of all.
  private mutating func readPacks(share: Double) throws {
    let packs = table.packs.filter { !$0.isLost }.map(\.id)
    let count = Int((Double(packs.count) * min(max(share, 0), 1)).rounded(.up))
    var chosen = Set(packs.shuffled().prefix(count))
    let reader = try ChunkReader(repository, table: table)
    for object in try repository.store.list(InstanceIndex.directory) {
      // A damaged index object was reported when the index was loaded.
      let entries = try? InstanceIndex.read(object.name, repository.store, repository.sealed)
      for entry in entries ?? [] where chosen.remove(entry.id) != nil {
        finding(Pack.name(entry.id)) { check in try check.readPack(entry, reader) }
      }
    }
  }

  private mutating func readPack(_ entry: PackEntry, _ reader: ChunkReader) throws {
    let name = Pack.name(entry.id)
    let bytes = try repository.store.get(name, limit: PackEntry.sizeLimit)
    report.packsRead += 1
    report.bytesRead += bytes.count
    let isWhole = try PackID(SHA256.hash(bytes)) == entry.id
    if !isWhole { add(.damagedObject, name, "its bytes do not hash to its name") }
    for (instance, offset) in entry.instances {
      do {
        try Self.prove(instance, at: Int(offset), in: bytes, name, reader)
      } catch let problem as Problem {
        table.disregard(Int(offset), inPack: entry.id)
        addDamage(problem, at: Int(offset), in: name)
      }
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
    guard object != pack, let id = Pack.id(from: object) else { return }
    table.disregard(offset, inPack: id)
  }

  private mutating func checkSnapshots(
    _ closure: (SnapshotName, [UInt8]) throws -> [ChunkID]
  ) throws {
    for object in try repository.store.list(SnapshotName.directory) {
      report.snapshots += 1
      finding(object.name) { check in
        guard let snapshot = SnapshotName(object: object.name) else {
          throw Malformed("its name is not a snapshot's")
        }
        let ids = try closure(snapshot, check.repository.manifest(of: snapshot))
        let lost = try ids.filter { try !check.table.contains($0) }
        if let first = lost.first {
          check.add(
            .incompleteSnapshot,
            object.name,
            "\(lost.count) of its \(ids.count) chunks are missing or damaged, such as \(first)"
          )
        }
      }
    }
  }

  private mutating func checkRecords() throws {
    for kind in [RecordKind.restore, .proof] {
      for object in try repository.store.list(kind.rawValue) {
        finding(object.name) { check in
          _ = try check.repository.record(kind: kind, id: object.name.lastComponent)
        }
      }
    }
  }
}

extension Problem {
  fileprivate func fact(_ name: String) -> String? { facts.first { $0.name == name }?.value }
}

extension Repository {
  /// Checks that every snapshot is whole, and reports everything that is not.
  ///
  /// - Parameters:
  ///   - readData: The share of packs, 0 to 1, whose chunks are all opened and hashed; nil for
  ///     the structure only.
  ///   - closure: Reads the chunks that a snapshot needs out of its manifest.
  /// - Returns: What was looked at and what is wrong. Damage is a finding, never an error.
  /// - Throws: Only what keeps the check from going on, such as a store that does not answer.
  public func check(
    readData: Double? = nil,
    closure: (SnapshotName, [UInt8]) throws -> [ChunkID]
  ) throws -> CheckReport {
    var check = RepositoryCheck(self)
    return try check.run(readData: readData, closure: closure)
  }

  /// Checks that every pack's bytes hash to its name, which takes no key.
  public static func checkPackNames(in store: any ObjectStore) throws -> [CheckReport.Finding] {
    var findings: [CheckReport.Finding] = []
    for object in try store.list(Pack.directory) {
      var reason: String?
      do {
        let bytes = try store.get(object.name, limit: PackEntry.sizeLimit)
        let isWhole = try PackID(SHA256.hash(bytes)) == Pack.id(from: object.name)
        if !isWhole { reason = "its bytes do not hash to its name" }
      } catch let problem as Problem {
        reason = problem.reason ?? problem.summary
      }
      guard let reason else { continue }
      findings.append(.init(harm: .damagedObject, object: object.name.text, reason: reason))
    }
    return findings
  }
}
