import Repository
import Snapshot

extension Manifest {
  /// A manifest of a database with one table and nothing else.
  static func simulated(
    stripePages: Int,
    stripes: Int,
    stored: StripeList.Stored,
    parent: SnapshotName?
  ) -> Manifest {
    Manifest(
      taken: "2026-01-31T02:00:00.000000Z",
      tool: "simulate",
      host: "simulate",
      database: .simulated,
      server: Server(version: 180_000, settings: [:], extensions: [:]),
      position: Position(lsn: "0/0", timeline: 1),
      parent: parent?.text,
      tags: [:],
      isPartial: false,
      definition: Definition(
        archive: [],
        globals: [],
        hasPasswords: false,
        fingerprint: [],
        dumpMajor: 18
      ),
      ledger: [],
      ledgerPosition: 0,
      tables: [.simulated(stripePages, stripes, stored, isFirst: parent == nil)],
      sequences: [],
      materializedViews: [],
      largeObjects: [],
      largeObjectCount: 0,
      totals: Totals()
    )
  }
}

extension Manifest.Database {
  fileprivate static var simulated: Self {
    Self(
      name: "simulated",
      systemIdentifier: "1",
      oid: 1,
      owner: "simulated",
      encoding: "UTF8",
      collate: "C",
      ctype: "C",
      localeProvider: "c",
      locale: nil,
      schemas: ["public"],
      settings: []
    )
  }
}

extension Manifest.Table {
  fileprivate static func simulated(
    _ stripePages: Int,
    _ stripes: Int,
    _ stored: StripeList.Stored,
    isFirst: Bool
  ) -> Self {
    Self(
      oid: 2,
      schema: "public",
      name: "large",
      fileNode: 2,
      columns: [],
      pages: stripes * stripePages,
      stripePages: stripePages,
      rows: stored.totals.rows,
      bytes: stored.totals.bytes,
      digest: stored.totals.digest,
      segments: stored.segments,
      loadRoot: nil,
      condition: nil,
      isConfiguration: false,
      indexes: [],
      reading: .init(way: isFirst ? .whole : .changedPages, reason: "simulated")
    )
  }
}
