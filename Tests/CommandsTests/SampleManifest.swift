import Repository
import Snapshot

/// Manifests of a small database without tables.
enum SampleManifest {
  static func make(
    taken: String,
    tags: [String: String] = [:],
    archive: [ChunkID] = []
  ) -> Manifest {
    Manifest(
      taken: taken,
      tool: "drydock",
      host: "host",
      database: .init(
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
      server: .init(version: 150_020, settings: [:], extensions: [:]),
      position: .init(lsn: "0/0", timeline: 1),
      parent: nil,
      tags: tags,
      isPartial: false,
      definition: .init(
        archive: archive,
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
      totals: .init()
    )
  }
}
