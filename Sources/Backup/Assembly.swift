internal import Catalog
internal import Digests
internal import FoundationEssentials
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

  /// The manifest; the encoder keeps the lists of stripes.
  func manifest(encoder: ChunkEncoder) throws -> Manifest {
    let tables = try reading.plan.tables.indices.map { try table($0, encoder) }
    var totals = reading.tally.sums
    var definition = definition
    definition.fingerprint = rest.fingerprint
    totals.rows = tables.reduce(0) { $0 + $1.rows }
    totals.bytes = tables.reduce(0) { $0 + $1.bytes }
    totals.bytesRead = reading.bytesRead
    var manifest = Manifest(
      taken: opening.read.taken,
      tool: options.tool,
      host: ProcessInfo.processInfo.hostName,
      database: opening.database,
      server: opening.server,
      position: opening.history.position(opening.read, parent: opening.parent),
      parent: opening.parent.map { "\($0.name)" },
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
    manifest.wholeSchemas = opening.wholeSchemas
    return manifest
  }

  private func table(_ index: Int, _ encoder: ChunkEncoder) throws -> Manifest.Table {
    let table = reading.plan.tables[index]
    let relation = table.relation
    let read = reading.table(index)
    let stored = try read.stripes.store(
      parent: table.keepsRows ? table.parent.map { StripeTotals(of: $0) } ?? .init() : .init(),
      read: { try encoder.reader.read($0, kind: .list) },
      store: { try encoder.write($0.span, kind: .list, level: options.level, after: $1).id }
    )
    return Manifest.Table(
      oid: relation.oid,
      schema: relation.name.schema,
      name: relation.name.name,
      fileNode: relation.fileNode,
      columns: relation.columns.map { Manifest.Column(name: $0.name, type: $0.type) },
      pages: relation.isHeap ? table.pages : 0,
      stripePages: relation.isHeap ? table.stripePages : 0,
      rows: stored.totals.rows,
      bytes: stored.totals.bytes,
      digest: stored.totals.digest,
      segments: stored.segments,
      loadRoot: relation.loadRoot.map { Manifest.Root(schema: $0.schema, name: $0.name) },
      condition: relation.condition,
      isConfiguration: relation.isConfiguration,
      indexes: relation.indexes,
      reading: Self.reading(table, read),
      state: opening.states[relation.oid].map {
        Manifest.State(tablespace: $0.tablespace, columns: $0.columns, types: $0.types)
      }
    )
  }

  private static func reading(_ table: ReadPlan.Table, _ read: Reading.Table) -> Manifest.Reading {
    switch table.way {
    case .whole(let reason, _):
      return Manifest.Reading(way: .whole, reason: reason, seconds: read.seconds)
    case .changed(let pages, let source):
      return Manifest.Reading(
        way: pages.isEmpty ? .unchanged : .changedPages,
        reason: "\(pages.count) of \(table.pages) pages changed (\(source))",
        seconds: read.seconds
      )
    }
  }
}
