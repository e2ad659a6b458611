internal import Problems
public import Repository

/// Walks through snapshots and says what of each cannot be restored.
///
/// Lists that are whole are read once, however many snapshots in a row share them: of each only its
/// id and its sums are remembered, about 80 bytes for 4096 stripes. When they are too many, all are
/// forgotten, and those that come again are read again. Of a list that has changed since the night
/// before, only the changed stripes are looked up.
public final class LossSurvey {
  /// Lists of hundreds of snapshots of a terabyte: 20 MB.
  static let usualLimit = 131_072

  private let chunks: StoredChunks
  private let listLimit: Int
  private var segments: [ChunkID: TableLoss.Sum] = [:]
  /// Lists that were whole.
  private var seen = ListMemory()
  private var largeObjects: [ChunkID: Int] = [:]

  /// How many lists are remembered.
  var rememberedCount: Int { segments.count + largeObjects.count }

  /// Surveys snapshots by what a check has found stored.
  public convenience init(_ chunks: StoredChunks) {
    self.init(chunks, listLimit: Self.usualLimit)
  }

  init(_ chunks: StoredChunks, listLimit: Int) {
    self.chunks = chunks
    self.listLimit = listLimit
  }

  /// What of a snapshot cannot be restored, or nil when all can.
  ///
  /// - Parameters:
  ///   - snapshot: Its name.
  ///   - bytes: Its manifest.
  /// - Returns: The loss, or nil.
  /// - Throws: A `Problem` of kind `damaged` where the bytes are no manifest; what keeps the store
  ///   from answering.
  public func loss(of snapshot: SnapshotName, manifest bytes: [UInt8]) throws -> SnapshotLoss? {
    let manifest = try Manifest(proving: bytes, of: snapshot)
    var loss = SnapshotLoss(snapshot, manifest)
    let definition = manifest.definition
    try surveyText(definition.archive, .schema, &loss)
    try surveyText(definition.globals, .roles, &loss)
    try surveyText(definition.fingerprint, .fingerprint, &loss)
    for table in manifest.tables { try survey(table, of: manifest, &loss) }
    try surveyLargeObjects(manifest, &loss)
    for file in manifest.dump?.files ?? [] { try survey(file, &loss) }
    loss.whole.sequences = manifest.sequences.count
    return loss.parts.isEmpty ? nil : loss
  }

  private func surveyText(
    _ pieces: [ChunkID],
    _ subject: SnapshotLoss.Subject,
    _ loss: inout SnapshotLoss
  ) throws {
    let lost = try pieces.filter { try !chunks.contains($0) }
    if !lost.isEmpty { loss.parts.append(.init(subject: subject, causes: try causes(of: lost))) }
  }

  private func survey(
    _ table: Manifest.Table,
    of manifest: Manifest,
    _ loss: inout SnapshotLoss
  ) throws {
    var found = TableLoss(table)
    for (number, segment) in table.segments.enumerated() {
      if let sum = segments[segment] {
        found.addWhole(sum)
      } else {
        try survey(segment, at: manifest.place(of: table, number), &found)
      }
    }
    found.finish()
    loss.parts += found.parts
    guard !table.segments.isEmpty else { return }
    loss.whole.tables += 1
    if found.parts.isEmpty { loss.whole.wholeTables += 1 }
    loss.whole.rows += table.rows
    loss.whole.restorableRows += found.restorableRows
  }

  private func forgetWhenFull() {
    guard rememberedCount >= listLimit else { return }
    segments.removeAll(keepingCapacity: true)
    largeObjects.removeAll(keepingCapacity: true)
  }

  /// Reads a segment, and remembers it when it is whole.
  private func survey(
    _ id: ChunkID,
    at place: ListMemory.Place,
    _ found: inout TableLoss
  ) throws {
    switch try read(id, { ($0, try SegmentChange(decoding: $0, after: seen.list(at: place))) }) {
    case .lost(let causes): found.addLostSegment(causes)
    case .readable(let (list, change)):
      guard try change.stripes.allSatisfy({ try lost($0).isEmpty }) else {
        return try surveyDamaged(try Segment(decoding: list), &found)
      }
      found.addWhole(change.sum)
      forgetWhenFull()
      segments[id] = change.sum
      seen.keep(list, at: place)
    }
  }

  private func surveyDamaged(_ segment: Segment, _ found: inout TableLoss) throws {
    for stripe in segment.stripes {
      let lost = try lost(stripe)
      if lost.isEmpty {
        found.addWhole(.init(stripes: 1, rows: stripe.rows))
      } else {
        found.addLost(stripe, try causes(of: lost))
      }
    }
  }

  private func lost(_ stripe: Stripe) throws -> [ChunkID] {
    try stripe.chunks.filter { try !chunks.contains($0) }
  }

  /// A file with a hole loads nowhere, so what of it is left is not counted.
  private func survey(_ file: Manifest.Dump.File, _ loss: inout SnapshotLoss) throws {
    var bytes: Int? = 0
    var isWhole = true
    var packs: [String] = []
    for segment in file.segments {
      switch try read(segment, { try Segment(decoding: $0) }) {
      case .lost(let causes):
        (isWhole, bytes) = (false, nil)
        packs += causes
      case .readable(let list):
        for piece in list.stripes {
          let lost = try lost(piece)
          guard !lost.isEmpty else { continue }
          isWhole = false
          bytes = bytes.map { $0 + piece.bytes }
          packs += try causes(of: lost)
        }
      }
    }
    loss.whole.files += 1
    guard !isWhole else { return loss.whole.wholeFiles += 1 }
    loss.parts.append(
      .init(subject: .dumpFile(file.name, bytes: bytes), causes: Set(packs).sorted())
    )
  }

  private func surveyLargeObjects(_ manifest: Manifest, _ loss: inout SnapshotLoss) throws {
    var whole = 0
    var isWhole = true
    var packs: [String] = []
    let before = loss.parts.count
    for list in manifest.largeObjects {
      if let count = largeObjects[list] {
        whole += count
        continue
      }
      switch try read(list, { try LargeObjectList(proving: $0) }) {
      case .lost(let causes):
        isWhole = false
        packs += causes
      case .readable(let content):
        let count = try survey(content, &loss)
        whole += count
        guard count == content.items.count else { continue }
        forgetWhenFull()
        largeObjects[list] = count
      }
    }
    loss.whole.largeObjects = manifest.largeObjectCount
    loss.whole.restorableLargeObjects = whole
    guard !isWhole else { return }
    let named = loss.parts.count - before
    let rest = max(manifest.largeObjectCount - whole - named, 0)
    loss.parts.append(.init(subject: .largeObjects(atMost: rest), causes: Set(packs).sorted()))
  }

  /// How many of a list's objects can be restored; the others are added to the loss.
  private func survey(_ list: LargeObjectList, _ loss: inout SnapshotLoss) throws -> Int {
    var whole = 0
    for item in list.items {
      let lost = try item.chunks.filter { try !chunks.contains($0) }
      if lost.isEmpty {
        whole += 1
      } else {
        let subject = SnapshotLoss.Subject.largeObject(oid: item.oid, bytes: item.size)
        loss.parts.append(.init(subject: subject, causes: try causes(of: lost)))
      }
    }
    return whole
  }

  private enum Found<List> {
    case readable(List)
    case lost(causes: [String])
  }

  private func read<List>(
    _ id: ChunkID,
    _ decode: ([UInt8]) throws -> List
  ) throws -> Found<List> {
    guard try chunks.contains(id) else { return .lost(causes: try causes(of: [id])) }
    do {
      return .readable(try decode(try chunks.read(id, kind: .list)))
    } catch let problem as Problem where problem.kind == .damaged {
      return .lost(causes: problem.facts.filter { $0.name == "object" }.map(\.value))
    }
  }

  private func causes(of lost: [ChunkID]) throws -> [String] {
    Set(try lost.flatMap { try chunks.causes(of: $0) }).sorted()
  }
}
