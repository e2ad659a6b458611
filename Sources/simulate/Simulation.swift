import Digests
import Files
import Foundation
import ObjectStore
import Repository
import Snapshot

/// Takes snapshots of one large table whose rows do not exist, through the real repository.
///
/// Ids, deltas, packs, index, cache, lists, closure and manifest are real; only the contents are
/// small. Every night opens the repository anew, as a new process would.
struct Simulation {
  let stripes: Int
  let nights: Int
  let percent: Int
  let seed: UInt64
  let store: any ObjectStore
  let cacheDirectory: String

  /// Takes the first snapshot and one for each night, each reported when it is done, then checks.
  func run(report: (Night) -> Void) throws -> Figures {
    _ = try Repository.create(in: store, encryption: .none)
    var taken: [Night] = []
    var parent: SnapshotName?
    for number in 0...nights {
      let (night, snapshot) = try take(number, parent: parent)
      parent = snapshot
      taken.append(night)
      report(night)
    }
    let repository = try Repository.open(store, passphrase: nil, cacheDirectory: cacheDirectory)
    return Figures(
      stripes: stripes,
      changedPercent: percent,
      nights: taken,
      check: try CheckFigures(checking: repository)
    )
  }

  /// Takes one snapshot.
  func take(_ number: Int, parent: SnapshotName?) throws -> (Night, SnapshotName) {
    var watch = Stopwatch()
    let repository = try Repository.open(store, passphrase: nil, cacheDirectory: cacheDirectory)
    let writer = try repository.beginSnapshot(parent: parent)
    let encoder = try writer.makeEncoder()
    watch.lap(\.open)
    let table = try parent.map { name in
      try SnapshotContent(opening: name, in: repository).manifest.tables[0]
    }
    let list = try stripeList(number, table, encoder, &watch)
    let stored = try list.store(
      parent: table.map { StripeTotals(of: $0) } ?? StripeTotals(),
      read: { try encoder.reader.read($0, kind: .list) },
      store: { try encoder.write($0.span, kind: .list, level: 1, after: $1).id }
    )
    watch.lap(\.lists)
    let manifest = Manifest.simulated(
      taken: Date(),
      stripes: stripes,
      segments: stored.segments,
      totals: stored.totals,
      parent: parent
    )
    let bytes = try manifest.encoded()
    let reader = try repository.makeReader()
    let name = try writer.commit(manifest: bytes, at: Date()) { need in
      try manifest.visitChunks(reader) { id, _ in try need(id) }
    }
    watch.lap(\.commit)
    return (try night(number, list, watch, manifestBytes: bytes.count), name)
  }

  /// All stripes of the first night, or the changed ones of a later one.
  private func stripeList(
    _ number: Int,
    _ parent: Manifest.Table?,
    _ encoder: ChunkEncoder,
    _ watch: inout Stopwatch
  ) throws -> StripeList {
    let contents = StripeContent(seed: seed)
    guard let parent else {
      var list = StripeList()
      for stripe in 0..<stripes {
        let content = contents.first(stripe)
        let chunk = try encoder.write(content.span, level: 1)
        list.replace(stripe, with: Self.entry(stripe, content, chunk.id))
      }
      watch.lap(\.content)
      return list
    }
    var list = StripeList(segments: parent.segments, count: stripes)
    var cursor = StripeCursor(segments: parent.segments)
    for stripe in 0..<stripes where contents.changes(stripe, night: number, percent: percent) {
      let before = try cursor.stripe(at: stripe) { try encoder.reader.read($0, kind: .list) }
      watch.lap(\.plan)
      let old = try encoder.reader.read(before.chunks[0])
      let content = contents.changed(old, stripe: stripe, night: number)
      let chunk = try encoder.write(content.span, level: 1, after: before.chunks[0])
      list.replace(stripe, with: Self.entry(stripe, content, chunk.id))
      watch.lap(\.content)
    }
    return list
  }

  static func entry(_ stripe: Int, _ content: [UInt8], _ chunk: ChunkID?) -> Stripe {
    Stripe(
      chunks: chunk.map { [$0] } ?? [],
      rows: 1000,
      bytes: content.count,
      digest: DigestSum(low: UInt64(stripe), high: 0)
    )
  }

  private func night(
    _ number: Int,
    _ list: StripeList,
    _ watch: Stopwatch,
    manifestBytes: Int
  ) throws -> Night {
    let objects = try store.list("")
    func bytes(under directory: String) -> Int {
      objects.filter { $0.name.text.hasPrefix(directory) }.reduce(0) { $0 + $1.size }
    }
    return Night(
      night: number,
      changedStripes: list.replacedCount,
      openSeconds: watch.seconds.open,
      planSeconds: watch.seconds.plan,
      contentSeconds: watch.seconds.content,
      listsSeconds: watch.seconds.lists,
      commitSeconds: watch.seconds.commit,
      peakMib: try ProcessMemory.peakMib(),
      repositoryBytes: bytes(under: ""),
      indexBytes: bytes(under: "index/"),
      manifestBytes: manifestBytes,
      cacheBytes: try Self.bytes(of: cacheDirectory)
    )
  }

  static func bytes(of directory: String) throws -> Int {
    guard Directory.exists(directory) else { return 0 }
    return try Directory.entries(of: directory).reduce(0) { sum, entry in
      try sum + (entry.isDirectory ? bytes(of: "\(directory)/\(entry.name)") : entry.size)
    }
  }
}
