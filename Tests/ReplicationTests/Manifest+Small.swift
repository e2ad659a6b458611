import Digests
import Repository
import Snapshot

extension Manifest {
  /// A manifest of a database with one table.
  static func small(
    night: Int,
    parent: SnapshotName?,
    archive: ChunkID,
    segment: ChunkID,
    rows: Int,
    bytes: Int
  ) -> Manifest {
    Manifest(
      taken: "2026-01-\(night + 10)T02:00:00.000000Z",
      tool: "test",
      host: "test",
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
        schemas: [],
        settings: []
      ),
      server: Server(version: 150_020, settings: [:], extensions: [:]),
      position: Position(lsn: "0/0", timeline: 1),
      parent: parent?.text,
      tags: ["night": "\(night)"],
      isPartial: false,
      definition: Definition(
        archive: [archive],
        globals: [],
        hasPasswords: false,
        fingerprint: [],
        dumpMajor: 15
      ),
      ledger: [],
      ledgerPosition: 0,
      tables: [
        Table(
          oid: 2,
          schema: "public",
          name: "customers",
          fileNode: 2,
          columns: [],
          pages: 3,
          stripePages: 1,
          rows: rows,
          bytes: bytes,
          digest: DigestSum(),
          segments: [segment],
          loadRoot: nil,
          condition: nil,
          isConfiguration: false,
          indexes: [],
          reading: .init(way: .whole, reason: "test")
        )
      ],
      sequences: [],
      materializedViews: [],
      largeObjects: [],
      largeObjectCount: 0,
      totals: Totals()
    )
  }
}
