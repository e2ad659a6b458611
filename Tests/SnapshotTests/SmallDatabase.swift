import Digests
import Foundation
import ObjectStore
import Repository
import TestSupport

@testable import Snapshot

/// A made-up database of a few stripes, which is taken into a repository night after night.
///
/// Every kind of object that a snapshot can have is there, with deltas on deltas, in a few thousand
/// bytes.
final class SmallDatabase {
  let store = MemoryStore()
  let repository: Repository
  private(set) var snapshots: [SnapshotName] = []
  /// What each snapshot must give back.
  private(set) var contents: [SnapshotName: SnapshotText] = [:]
  /// The rows of each stripe of the one table.
  var stripes: [[String]]
  private var chunks: [ChunkID?]

  static let stripePages = 2

  init(stripes count: Int = 4, rows: Int = 32) throws {
    repository = try Repository.create(in: store, encryption: .none)
    stripes = (0..<count).map { stripe in (0..<rows).map { Self.row(stripe * rows + $0) } }
    chunks = Array(repeating: nil, count: count)
  }

  /// A repository of three nights with deltas, and a record of a proof.
  static func threeNights() throws -> SmallDatabase {
    let database = try SmallDatabase()
    try database.take()
    database.stripes[1][3] = row(1003)
    try database.take()
    database.stripes[1][5] = row(1005)
    database.stripes[3][0] = row(1024)
    try database.take()
    try database.repository.putRecord(kind: .proof, id: "proof", Array("proven".utf8))
    return database
  }

  static func row(_ number: Int) -> String {
    let mixed = UInt64(number &+ 1) &* 0x9E37_79B9_7F4A_7C15
    return "\(number)\tcustomer \(String(mixed, radix: 36))\t\(mixed >> 44)\tactive\n"
  }

  /// Takes a snapshot, one millisecond after another.
  @discardableResult
  func take() throws -> SnapshotName {
    let writer = try repository.beginSnapshot(parent: snapshots.last)
    let encoder = try writer.makeEncoder()
    func text(_ words: String) throws -> [ChunkID] {
      let bytes = Array(words.utf8)
      return [try encoder.write(bytes.span, kind: .text).id]
    }
    let content = SnapshotText(stripes: stripes, largeObject: "a large object")
    var list = StripeList()
    for (number, rows) in stripes.enumerated() {
      let bytes = Self.content(of: rows)
      if number == chunks.count { chunks.append(nil) }
      let chunk = try encoder.write(bytes.span, after: chunks[number]).id
      chunks[number] = chunk
      list.replace(number, with: try stripe(rows, chunk))
    }
    let stored = try list.store(
      read: { try encoder.reader.read($0, kind: .list) },
      store: { try encoder.write($0.span, kind: .list, after: $1).id }
    )
    let object = Array(content.largeObject.utf8)
    let piece = try encoder.write(object.span).id
    let objects = LargeObjectList(items: [
      .init(oid: 7, owner: "o", grants: [], comment: nil, size: 14, chunks: [piece])
    ])
    let encoded = try objects.encoded()
    var orders = Manifest.Table.sample("orders", segments: stored.segments)
    orders.pages = stripes.count * Self.stripePages - 1
    orders.stripePages = Self.stripePages
    orders.rows = stored.totals.rows
    orders.bytes = stored.totals.bytes
    orders.digest = stored.totals.digest
    var manifest = Manifest.sample
    manifest.taken = "2026-01-3\(snapshots.count)T02:00:00.000000Z"
    manifest.definition.archive = try text("archive")
    manifest.definition.globals = try text("globals")
    manifest.definition.fingerprint = try text("fingerprint")
    manifest.tables = [orders]
    manifest.sequences = [
      .init(schema: "public", name: "orders_id_seq", lastValue: 9, isCalled: true)
    ]
    manifest.largeObjects = [try encoder.write(encoded.span, kind: .list).id]
    manifest.largeObjectCount = 1
    let reader = try repository.makeReader()
    let time = Date(timeIntervalSince1970: 1_769_824_800 + Double(snapshots.count) * 86_400)
    let name = try writer.commit(manifest: try manifest.encoded(), at: time) { need in
      try manifest.visitChunks(reader) { id, _ in try need(id) }
    }
    snapshots.append(name)
    contents[name] = content
    return name
  }

  /// The text of a stripe's rows, half of them on each page, and the trailer.
  private static func content(of rows: [String]) -> [UInt8] {
    let half = rows.prefix(rows.count / 2).joined().utf8.count
    return Array(rows.joined().utf8) + Stripe.trailer(pageOffsets: [0, half])
  }

  private func stripe(_ rows: [String], _ chunk: ChunkID) throws -> Stripe {
    let hasher = RowHasher(seed: repository.digestSeed)
    var sum = DigestSum()
    for row in rows {
      let bytes = Array(row.utf8.dropLast())
      sum.add(hasher.digest(of: bytes.span))
    }
    return Stripe(
      chunks: [chunk],
      rows: rows.count,
      bytes: rows.joined().utf8.count,
      digest: sum
    )
  }
}

/// What a restore of a small snapshot gives.
struct SnapshotText: Equatable {
  var stripes: [[String]]
  var definition = ["archive", "globals", "fingerprint"]
  var largeObject: String

  init(stripes: [[String]], largeObject: String) {
    self.stripes = stripes
    self.largeObject = largeObject
  }

  /// Reads all that a restore reads, page by page.
  init(restoring name: SnapshotName, from repository: Repository) throws {
    let content = try SnapshotContent(opening: name, in: repository)
    let reader = try repository.makeReader()
    let parts = content.manifest.definition
    definition = try [parts.archive, parts.globals, parts.fingerprint].map {
      String(decoding: try content.text($0, reader), as: UTF8.self)
    }
    stripes = try content.manifest.tables.flatMap { try content.stripes(of: $0, reader) }.map {
      let stripe = try StripeReader($0, reader: reader)
      var rows: [String] = []
      for page in 0..<stripe.pageCount {
        try stripe.rows(ofPage: page) { row in
          var bytes: [UInt8] = []
          for index in row.indices { bytes.append(row[index]) }
          rows.append(String(decoding: bytes, as: UTF8.self))
        }
      }
      return rows
    }
    largeObject = try content.largeObjects(reader).flatMap(\.chunks)
      .map { String(decoding: try reader.read($0), as: UTF8.self) }.joined()
  }
}
