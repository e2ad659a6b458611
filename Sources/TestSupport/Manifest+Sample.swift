internal import Digests
public import Repository
public import Snapshot

extension Manifest {
  /// The manifest of a small database without tables, taken on PostgreSQL 15; tests change what
  /// they are about.
  public static var sample: Manifest {
    Manifest(
      taken: "2026-01-30T02:00:00.000000Z",
      tool: "drydock",
      host: "host",
      database: Database(
        name: "shop",
        systemIdentifier: "1",
        oid: 1,
        owner: "owner",
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
      parent: nil,
      tags: [:],
      isPartial: false,
      definition: Definition(
        archive: [],
        globals: [],
        hasPasswords: false,
        fingerprint: [],
        dumpMajor: 15
      ),
      ledger: [],
      ledgerPosition: 0,
      tables: [],
      sequences: [],
      materializedViews: [],
      largeObjects: [],
      largeObjectCount: 0,
      totals: Totals()
    )
  }
}

extension Manifest.Table {
  /// A table in `public` that was read whole and has no rows.
  public static func sample(_ name: String, segments: [ChunkID]) -> Self {
    Self(
      oid: 2,
      schema: "public",
      name: name,
      fileNode: 2,
      columns: [],
      pages: 0,
      stripePages: 1,
      rows: 0,
      bytes: 0,
      digest: DigestSum(),
      segments: segments,
      loadRoot: nil,
      condition: nil,
      isConfiguration: false,
      indexes: [],
      reading: .init(way: .whole, reason: "test")
    )
  }
}
