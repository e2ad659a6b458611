import Repository

@testable import Snapshot

extension Manifest {
  /// The manifest of a ``SmallDatabase``: one table, one sequence, one large object.
  static func small(
    _ stored: StripeList.Stored,
    definition: (archive: [ChunkID], globals: [ChunkID], fingerprint: [ChunkID]),
    largeObjects: [ChunkID],
    night: Int,
    pages: Int
  ) -> Manifest {
    Manifest(
      taken: "2026-01-3\(night)T02:00:00.000000Z",
      tool: "t",
      host: "h",
      database: Database(
        name: "shop",
        systemIdentifier: "1",
        oid: 1,
        owner: "o",
        encoding: "UTF8",
        collate: "C",
        ctype: "C",
        localeProvider: "c",
        locale: nil,
        schemas: ["public"],
        settings: []
      ),
      server: Server(version: 180_000, settings: [:], extensions: [:]),
      position: Position(lsn: "0/0", timeline: 1),
      parent: nil,
      tags: [:],
      isPartial: false,
      definition: Definition(
        archive: definition.archive,
        globals: definition.globals,
        hasPasswords: false,
        fingerprint: definition.fingerprint,
        dumpMajor: 18
      ),
      ledger: [],
      ledgerPosition: 0,
      tables: [
        Table(
          oid: 2,
          schema: "public",
          name: "orders",
          fileNode: 2,
          columns: [],
          pages: pages,
          stripePages: SmallDatabase.stripePages,
          rows: stored.totals.rows,
          bytes: stored.totals.bytes,
          digest: stored.totals.digest,
          segments: stored.segments,
          loadRoot: nil,
          condition: nil,
          isConfiguration: false,
          indexes: [],
          reading: .init(way: .whole, reason: "test")
        )
      ],
      sequences: [.init(schema: "public", name: "orders_id_seq", lastValue: 9, isCalled: true)],
      materializedViews: [],
      largeObjects: largeObjects,
      largeObjectCount: 1,
      totals: Totals()
    )
  }
}
