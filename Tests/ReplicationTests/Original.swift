import Digests
import Foundation
import ObjectStore
import Repository
import Snapshot
import TestSupport

/// A repository with snapshots whose manifests are real ones, to be copied.
struct Original: Sendable {
  let store: any ObjectStore
  let repository: Repository
  private(set) var snapshots: [SnapshotContent] = []
  private var chunks: [ChunkID] = []

  init(in store: any ObjectStore, clock: @escaping @Sendable () -> Date = { Date() }) throws {
    self.store = store
    repository = try Repository.create(in: store, encryption: .none, clock: clock)
  }

  /// The content of stripe number `place` in a night; each night changes one row of each.
  static func content(_ place: Int, night: Int) -> [UInt8] {
    let rows = (0..<120).map { row in
      let version = row < night ? night : 0
      let mix = UInt64(place * 1000 + row) &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(version &* 7919)
      return "\(row)\tcustomer \(String(mix &* mix, radix: 36))\t\(mix >> 20)\n"
    }
    return Array(rows.joined().utf8)
  }

  /// Takes a snapshot of a table with so many stripes, after the latest one.
  @discardableResult
  mutating func take(night: Int, stripes count: Int = 3) throws -> SnapshotContent {
    let parent = snapshots.last
    let writer = try repository.beginSnapshot(parent: parent?.name, delta: .always)
    let encoder = try writer.makeEncoder()
    var ids: [ChunkID] = []
    var bytes = 0
    for place in 0..<count {
      let content = Self.content(place, night: night)
      let older = place < chunks.count ? chunks[place] : nil
      ids.append(try encoder.write(content.span, kind: .data, after: older).id)
      bytes += content.count
    }
    let stripes = ids.map { Stripe(chunks: [$0], rows: 120, bytes: 1, digest: DigestSum()) }
    let segment = try encoder.write(Segment(stripes: stripes).encoded().span, kind: .list).id
    let archive = try encoder.write(Array("archive \(night)".utf8).span, kind: .text).id
    var customers = Manifest.Table.sample("customers", segments: [segment])
    customers.pages = count
    customers.rows = count * 120
    customers.bytes = bytes
    var manifest = Manifest.sample
    manifest.taken = "2026-01-\(night + 10)T02:00:00.000000Z"
    manifest.parent = parent?.name.text
    manifest.tags = ["night": "\(night)"]
    manifest.definition.archive = [archive]
    manifest.tables = [customers]
    let name = try writer.commit(
      manifest: try manifest.encoded(),
      at: Date(timeIntervalSince1970: 1_769_900_000 + Double(night) * 86_400),
      closure: ids + [segment, archive]
    )
    chunks = ids
    let snapshot = try SnapshotContent(opening: name, in: repository)
    snapshots.append(snapshot)
    return snapshot
  }
}
