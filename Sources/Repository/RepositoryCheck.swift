internal import Cryptography
public import ObjectStore
internal import Problems

/// One run of a check: collects every finding instead of stopping at the first.
struct RepositoryCheck {
  private let repository: Repository
  private var report = CheckReport()
  private var table = InstanceTable()
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

  private mutating func loadIndex() throws {
    for object in try repository.store.list(InstanceIndex.directory) {
      finding(object.name) { check in
        let packs = try InstanceIndex.read(
          object.name,
          check.repository.store,
          check.repository.sealed
        )
        for pack in packs { check.table.add(pack) }
      }
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
  private mutating func readPacks(share: Double) throws {
    let names = table.packs.filter { !$0.isLost }.map { Pack.name($0.id) }
    let count = Int((Double(names.count) * min(max(share, 0), 1)).rounded(.up))
    let reader = try ChunkReader(repository, table: table)
    for name in names.shuffled().prefix(count).sorted() {
      finding(name) { check in try check.readPack(name, reader) }
    }
  }

  private mutating func readPack(_ name: ObjectName, _ reader: ChunkReader) throws {
    let bytes = try repository.store.get(name, limit: PackEntry.sizeLimit)
    report.packsRead += 1
    report.bytesRead += bytes.count
    let isWhole = try PackID(SHA256.hash(bytes)) == Pack.id(from: name)
    if !isWhole { add(.damagedObject, name, "its bytes do not hash to its name") }
    guard let id = Pack.id(from: name) else { return }
    for location in table.locations(inPack: id) {
      do {
        try Self.prove(location, in: bytes, name, reader)
      } catch let problem as Problem {
        table.disregard(location)
        addDamage(problem, of: location, in: name)
      }
    }
  }

  private static func prove(
    _ location: InstanceTable.Location,
    in bytes: [UInt8],
    _ name: ObjectName,
    _ reader: ChunkReader
  ) throws {
    let base = try reader.base(of: location)
    let range = location.offset..<location.offset + location.instance.length
    try Damage.naming(name, [.init("offset", String(location.offset))]) {
      guard range.upperBound <= bytes.count else { throw Malformed("it ends too early") }
      _ = try reader.open(
        Array(bytes[range]),
        location.instance,
        location.instance.kind,
        base: base
      )
    }
  }

  /// Reports the object that is damaged: for a delta, perhaps the pack of its base, which need not
  /// have its turn in this check; what stands on that base is lost with it.
  private mutating func addDamage(
    _ problem: Problem,
    of location: InstanceTable.Location,
    in pack: ObjectName
  ) {
    let object = problem.fact("object").flatMap { ObjectName($0) } ?? pack
    let offset = problem.fact("offset").flatMap { Int($0) } ?? location.offset
    add(.damagedObject, object, problem.reason ?? problem.summary, offset: offset)
    guard object != pack, let id = Pack.id(from: object) else { return }
    for base in table.locations(inPack: id) where base.offset == offset { table.disregard(base) }
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
