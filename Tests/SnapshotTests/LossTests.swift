import ObjectStore
import Testing

@testable import Repository
@testable import Snapshot

@Suite("Damage is told as what it costs")
struct LossTests {
  /// What a check says of a store.
  static func losses(
    _ store: any ObjectStore,
    reading sample: PackSample? = nil
  ) throws -> (report: CheckReport, losses: [SnapshotLoss]) {
    let repository = try Repository.open(store, passphrase: nil)
    var losses: [SnapshotLoss] = []
    var survey: LossSurvey?
    let report = try repository.check(reading: sample) { snapshot, manifest, chunks in
      let walk = survey ?? LossSurvey(chunks)
      survey = walk
      guard let loss = try walk.loss(of: snapshot, manifest: manifest) else { return nil }
      losses.append(loss)
      return "it has losses"
    }
    return (report, losses + report.unreadable.map { SnapshotLoss(unreadable: $0) })
  }

  /// The pack that holds the first instance of a chunk, and where.
  private func place(_ id: ChunkID, _ repository: Repository) throws -> (ObjectName, Int) {
    let table = try repository.index.refreshed()
    let location = try #require(try table.locations(of: id).first)
    return (Pack.name(table.packs[Int(location.pack)].id), location.offset)
  }

  private func flip(_ id: ChunkID, _ database: SmallDatabase) throws -> ObjectName {
    let (pack, offset) = try place(id, database.repository)
    database.store.damage(pack) { $0?[offset + 100] ^= 1 }
    return pack
  }

  @Test("A whole repository has no losses, and everything it has is counted")
  func whole() throws {
    let database = try SmallDatabase.threeNights()
    let (report, losses) = try Self.losses(database.store, reading: .all)
    #expect(report.isSound && losses.isEmpty && report.snapshots == 3)
    let table = try database.repository.index.refreshed()
    let last = try SnapshotContent(opening: database.snapshots[2], in: database.repository)
    let reader = try database.repository.makeReader()
    let stripes = try last.stripes(of: last.manifest.tables[0], reader)
    let depths = try stripes.map { try table.locations(of: $0.chunks[0])[0].instance.depth }
    #expect(depths == [0, 1, 0, 1], "two of its stripes are deltas")
    for name in database.snapshots {
      let text = try SnapshotText(restoring: name, from: database.repository)
      #expect(text == database.contents[name])
    }
  }

  @Test("A survey that may remember few lists finds the same", arguments: [1, 2, 1000])
  func fewLists(limit: Int) throws {
    let database = try SmallDatabase.threeNights()
    let first = try SnapshotContent(opening: database.snapshots[0], in: database.repository)
    let reader = try database.repository.makeReader()
    let stripe = try first.stripes(of: first.manifest.tables[0], reader)[0]
    _ = try flip(stripe.chunks[0], database)
    let expected = try Self.losses(database.store, reading: .all).losses
    #expect(!expected.isEmpty)

    var found: [SnapshotLoss] = []
    var survey: LossSurvey?
    _ = try database.repository.check(reading: .all) { snapshot, manifest, chunks in
      let walk = survey ?? LossSurvey(chunks, listLimit: limit)
      survey = walk
      if let loss = try walk.loss(of: snapshot, manifest: manifest) { found.append(loss) }
      #expect(walk.rememberedCount <= limit)
      return nil
    }
    #expect(found == expected)
  }

  @Test("A damaged stripe is named by table, pages and rows, in every snapshot that stands on it")
  func stripe() throws {
    let database = try SmallDatabase.threeNights()
    let first = try SnapshotContent(opening: database.snapshots[0], in: database.repository)
    let reader = try database.repository.makeReader()
    let stripes = try first.stripes(of: first.manifest.tables[0], reader)
    let pack = try flip(stripes[1].chunks[0], database)
    let (report, losses) = try Self.losses(database.store, reading: .all)
    #expect(!report.isSound)
    #expect(losses.map(\.snapshot) == database.snapshots, "nights 2 and 3 are deltas on the first")
    let rows = LostRows(
      table: "public.orders",
      stripes: 1...1,
      pages: 2...3,
      rows: 32,
      rowsBefore: 32
    )
    for loss in losses {
      #expect(loss.parts == [.init(subject: .rows(rows), causes: [pack.text])])
      #expect(loss.database == "shop" && loss.taken?.hasPrefix("2026-01-3") == true)
      #expect(loss.whole.tables == 1 && loss.whole.wholeTables == 0)
      #expect(loss.whole.rows == 128 && loss.whole.restorableRows == 96)
      #expect(loss.whole.sequences == 1 && loss.whole.restorableLargeObjects == 1)
    }
  }

  @Test("A delta that is damaged costs the nights that stand on it, and no other")
  func delta() throws {
    let database = try SmallDatabase.threeNights()
    let last = try SnapshotContent(opening: database.snapshots[2], in: database.repository)
    let stripes = try last.stripes(
      of: last.manifest.tables[0],
      try database.repository.makeReader()
    )
    _ = try flip(stripes[3].chunks[0], database)
    let losses = try Self.losses(database.store, reading: .all).losses
    #expect(losses.map(\.snapshot) == [database.snapshots[2]])
    guard case .rows(let rows) = losses.first?.parts.first?.subject else {
      Issue.record("rows are lost")
      return
    }
    #expect(rows.pages == 6...6 && rows.rowsBefore == 96 && rows.rows == 32, "its last page is 6")
  }

  @Test("A lost pack costs everything in it: schema, roles, rows of unknown number, large objects")
  func pack() throws {
    let database = try SmallDatabase.threeNights()
    let first = try SnapshotContent(opening: database.snapshots[0], in: database.repository)
    let (pack, _) = try place(first.manifest.definition.archive[0], database.repository)
    database.store.damage(pack) { $0 = nil }
    let losses = try Self.losses(database.store).losses
    #expect(losses.map(\.snapshot) == database.snapshots)
    // The number of rows is what the table has: no other list is left to say so.
    let rows = LostRows(
      table: "public.orders",
      stripes: 0...3,
      pages: 0...6,
      rows: 128,
      rowsBefore: 0
    )
    let subjects: [SnapshotLoss.Subject] = [
      .schema, .roles, .fingerprint, .rows(rows), .largeObjects(atMost: 1),
    ]
    for loss in losses {
      #expect(loss.parts == subjects.map { .init(subject: $0, causes: [pack.text]) })
      #expect(loss.whole.restorableRows == 0 && loss.whole.restorableLargeObjects == 0)
    }
  }

  @Test("A lost index costs what it named, and no pack is to blame; a repair brings all back")
  func index() throws {
    let database = try SmallDatabase.threeNights()
    for name in database.store.contents.keys where name.text.hasPrefix("index/") {
      database.store.damage(name) { $0 = nil }
    }
    let before = try Self.losses(database.store).losses
    #expect(before.count == 3 && before.allSatisfy { $0.parts.allSatisfy { $0.causes.isEmpty } })
    let repaired = try Repository.open(database.store, passphrase: nil).repair()
    #expect(repaired.indexedPacks == 3 && repaired.salvagedChunks == 0)
    #expect(try Self.losses(database.store, reading: .all).losses.isEmpty)
  }

  @Test("A manifest that cannot be read costs its snapshot, and no other")
  func manifest() throws {
    let database = try SmallDatabase.threeNights()
    let name = try #require(ObjectName("snapshots/\(database.snapshots[1])"))
    database.store.damage(name) { $0?[70] ^= 1 }
    let (report, losses) = try Self.losses(database.store)
    #expect(losses == [SnapshotLoss(unreadable: database.snapshots[1])])
    #expect(losses.first?.parts.map(\.subject) == [.everything])
    #expect(report.findings.map(\.object) == [name.text])
  }

  @Test("A lost segment in the middle of a large table is pages without a number of stripes")
  func segment() throws {
    let stripes = Segment.capacity + 10
    let database = try SmallDatabase(stripes: stripes, rows: 2)
    let name = try database.take()
    let content = try SnapshotContent(opening: name, in: database.repository)
    _ = try flip(content.manifest.tables[0].segments[0], database)
    let losses = try Self.losses(database.store, reading: .all).losses
    guard case .rows(let rows) = losses.first?.parts.first?.subject else {
      Issue.record("rows are lost")
      return
    }
    #expect(rows.stripes == 0...Segment.capacity - 1 && rows.pages == 0...2 * Segment.capacity - 1)
    #expect(rows.rows == 2 * Segment.capacity && rows.rowsBefore == 0)
    #expect(losses.first?.whole.restorableRows == 20)
  }

  @Test("Damage in very many places is told as one place with gaps")
  func scattered() throws {
    let database = try SmallDatabase(stripes: 1)
    let name = try database.take()
    let table = try SnapshotContent(opening: name, in: database.repository).manifest.tables[0]
    let reader = try database.repository.makeReader()
    let stripe = try Segment(decoding: try reader.read(table.segments[0], kind: .list)).stripes[0]
    var loss = TableLoss(table)
    for number in 0..<TableLoss.limit + 5 {
      loss.addLost(stripe, ["packs/\(number % 2)"])
      loss.addWhole(.init(stripes: 1, rows: 3))
    }
    loss.finish()
    #expect(loss.parts.count == TableLoss.limit)
    guard case .rows(let last) = loss.parts.last?.subject else { return }
    #expect(last.isScattered && last.rows == 6 * 32)
    #expect(last.stripes == 2 * TableLoss.limit - 2...2 * TableLoss.limit + 8)
    #expect(loss.parts.last?.causes == ["packs/0", "packs/1"])
    #expect(loss.restorableRows == 3 * (TableLoss.limit + 5))
  }
}
