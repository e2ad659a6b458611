import Digests
import Foundation
import ObjectStore
import Repository
import TestSupport
import Testing

@testable import Snapshot

@Suite("What differs between two snapshots")
struct SnapshotDifferenceTests {
  /// The difference between two nights of a small database.
  private static func difference(
    _ database: SmallDatabase,
    _ old: Int,
    _ new: Int,
    countsRows: Bool = true
  ) throws -> SnapshotDifference {
    let contents = try [old, new].map {
      try SnapshotContent(opening: database.snapshots[$0], in: database.repository)
    }
    return try SnapshotDifference(from: contents[0], to: contents[1], countsRows: countsRows)
  }

  @Test("Updated rows count on both sides, in the stripes that changed")
  func updated() throws {
    let database = try SmallDatabase.threeNights()
    let night = try Self.difference(database, 1, 2)
    let orders = try #require(night.tables.first)
    #expect(night.tables.count == 1 && orders.label == "public.orders")
    #expect(orders.changedStripes == 2)
    #expect(orders.rows == .init(removed: 2, added: 2))
    // Forth and back is the same.
    #expect(try Self.difference(database, 2, 0).tables.first?.rows == .init(removed: 3, added: 3))
  }

  @Test("A snapshot differs in nothing from itself")
  func same() throws {
    let database = try SmallDatabase.threeNights()
    let difference = try Self.difference(database, 1, 1)
    #expect(difference.isEmpty && difference.equalTables == 1)
  }

  @Test("Rows that came and went, and a row that is there twice, are counted one by one")
  func counted() throws {
    let database = try SmallDatabase()
    try database.take()
    database.stripes[0].removeFirst(3)
    database.stripes.append([SmallDatabase.row(9000), SmallDatabase.row(9000)])
    try database.take()
    let orders = try #require(try Self.difference(database, 0, 1).tables.first)
    #expect(orders.rows == .init(removed: 3, added: 2))
    #expect(orders.changedStripes == 2)
    #expect(orders.old?.rows == 128 && orders.new?.rows == 127)
  }

  @Test("Rows that only moved are the same rows")
  func moved() throws {
    let database = try SmallDatabase()
    try database.take()
    database.stripes[0].swapAt(0, 20)
    database.stripes.swapAt(1, 2)
    try database.take()
    #expect(try Self.difference(database, 0, 1).isEmpty)
  }

  @Test("Rows are not read unless somebody asks")
  func notCounted() throws {
    let database = try SmallDatabase.threeNights()
    let orders = try Self.difference(database, 0, 2, countsRows: false).tables.first
    #expect(orders?.rows == nil && orders?.changedStripes == 2)
  }

  @Test("Counted in any number of parts, rows give the same counts", arguments: [1, 3, 7, 1000])
  func parts(limit: Int) {
    let hasher = RowHasher(seed: 1)
    let digests = (0..<100).map { hasher.digest(of: Array("row \($0)\n".utf8).span) }
    let parts = RowBalance.parts(of: 150, limit: limit)
    #expect(parts.count == (150 + limit - 1) / limit)
    var total = TableDifference.Rows()
    for part in parts {
      var balance = RowBalance(part, hasher)
      for digest in digests[..<80] { balance.add(digest, to: .old) }
      for digest in digests[30...] + digests[99...] { balance.add(digest, to: .new) }
      let rows = balance.difference()
      total.removed += rows.removed
      total.added += rows.added
    }
    #expect(total == .init(removed: 30, added: 21))
  }

  @Test("Tables are told apart whose names and schemas have dots")
  func dots() throws {
    let repository = try Repository.create(in: MemoryStore(), encryption: .none)
    var (one, other) = (
      Manifest.Table.sample("b.c", segments: []), Manifest.Table.sample("c", segments: [])
    )
    (one.schema, other.schema) = ("a", "a.b")
    let contents = try [[one, other], [other]].enumerated().map { night, tables in
      var manifest = Manifest.sample
      manifest.tables = tables
      let name = try repository.beginSnapshot(parent: nil).commit(
        manifest: try manifest.encoded(),
        at: Date(timeIntervalSince1970: 1_769_824_800 + Double(night)),
        closure: [] as [ChunkID]
      )
      return try SnapshotContent(opening: name, in: repository)
    }
    let difference = try SnapshotDifference(from: contents[0], to: contents[1], countsRows: false)
    #expect(difference.tables.map(\.old?.name) == ["b.c"])
    #expect(difference.equalTables == 1)
  }

  @Test("Tables whose names differ by bytes alone are two")
  func exactNames() throws {
    let repository = try Repository.create(in: MemoryStore(), encryption: .none)
    let tables = ["caf\u{E9}", "cafe\u{301}"].map { Manifest.Table.sample($0, segments: []) }
    let contents = try [tables, [tables[1]]].enumerated().map { night, tables in
      var manifest = Manifest.sample
      manifest.tables = tables
      let name = try repository.beginSnapshot(parent: nil).commit(
        manifest: try manifest.encoded(),
        at: Date(timeIntervalSince1970: 1_769_824_800 + Double(night)),
        closure: [] as [ChunkID]
      )
      return try SnapshotContent(opening: name, in: repository)
    }
    let difference = try SnapshotDifference(from: contents[0], to: contents[1], countsRows: false)
    #expect(difference.tables.count == 1 && difference.equalTables == 1)
    let gone = try #require(difference.tables.first?.old?.name)
    #expect(gone.utf8.elementsEqual("caf\u{E9}".utf8))
  }
}
