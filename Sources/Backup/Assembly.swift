internal import Catalog
internal import Digests
internal import Foundation
internal import Repository
internal import Snapshot

/// Puts together what was read into a manifest.
struct Assembly {
  /// What was read beside the rows.
  struct Rest: Sendable {
    let largeObjects: [ChunkID]
    let largeObjectCount: Int
    let fingerprint: [ChunkID]
  }

  let opening: Opening
  let reading: Reading
  let definition: Manifest.Definition
  let rest: Rest
  let options: BackupOptions
  let parent: SnapshotName?

  /// The manifest; `store` keeps the lists of stripes.
  func manifest(store: ([UInt8]) throws -> ChunkID) throws -> Manifest {
    var tables: [Manifest.Table] = []
    for index in opening.plan.tables.indices {
      tables.append(try table(index, store: store))
    }
    var totals = reading.tally.sums
    var definition = definition
    definition.fingerprint = rest.fingerprint
    totals.rows = tables.reduce(0) { $0 + $1.rows }
    totals.bytes = tables.reduce(0) { $0 + $1.bytes }
    totals.bytesRead = totals.bytes
    return Manifest(
      taken: opening.read.taken,
      tool: options.tool,
      host: ProcessInfo.processInfo.hostName,
      database: opening.database,
      server: opening.server,
      position: Manifest.Position(lsn: opening.read.lsn, timeline: opening.timeline),
      parent: parent.map { "\($0)" },
      tags: options.tags,
      isPartial: options.isPartial,
      definition: definition,
      ledger: opening.ledger,
      ledgerPosition: opening.ledgerPosition,
      tables: tables,
      sequences: opening.sequences,
      materializedViews: opening.views,
      largeObjects: rest.largeObjects,
      largeObjectCount: rest.largeObjectCount,
      totals: totals
    )
  }

  private func table(
    _ index: Int,
    store: ([UInt8]) throws -> ChunkID
  ) throws -> Manifest.Table {
    let table = opening.plan.tables[index]
    let relation = table.relation
    let (stripes, seconds) = reading.stripes(ofTable: index)
    var digest = DigestSum()
    for stripe in stripes { digest.add(stripe.digest) }
    let segments = try stride(from: 0, to: stripes.count, by: Segment.capacity).map { start in
      let end = min(start + Segment.capacity, stripes.count)
      return try store(Segment(stripes: Array(stripes[start..<end])).encoded())
    }
    return Manifest.Table(
      oid: relation.oid,
      schema: relation.name.schema,
      name: relation.name.name,
      fileNode: relation.fileNode,
      columns: relation.columns.map { Manifest.Column(name: $0.name, type: $0.type) },
      pages: relation.isHeap ? table.pages : 0,
      stripePages: relation.isHeap ? table.stripePages : 0,
      rows: stripes.reduce(0) { $0 + $1.rows },
      bytes: stripes.reduce(0) { $0 + $1.bytes },
      digest: digest,
      segments: segments,
      loadRoot: relation.loadRoot.map { Manifest.Root(schema: $0.schema, name: $0.name) },
      condition: relation.condition,
      isConfiguration: relation.isConfiguration,
      indexes: relation.indexes,
      reading: Manifest.Reading(
        way: .whole,
        reason: "this version reads every stripe",
        seconds: seconds
      )
    )
  }
}
