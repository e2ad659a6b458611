import Foundation
import Repository
import Snapshot

extension Manifest {
  /// A manifest of a database with one table and nothing else.
  static func simulated(
    taken: Date,
    stripes: Int,
    segments: [ChunkID],
    totals: StripeTotals,
    parent: SnapshotName?
  ) -> Manifest {
    Manifest(
      taken: taken.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)),
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
      tables: [.simulated(stripes, segments, totals, isFirst: parent == nil)],
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
  /// Pages of a stripe in a table of a terabyte.
  private static let stripePages = 128

  fileprivate static func simulated(
    _ stripes: Int,
    _ segments: [ChunkID],
    _ totals: StripeTotals,
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
      rows: totals.rows,
      bytes: totals.bytes,
      digest: totals.digest,
      segments: segments,
      loadRoot: nil,
      condition: nil,
      isConfiguration: false,
      indexes: [],
      reading: .init(way: isFirst ? .whole : .changedPages, reason: "simulated")
    )
  }
}
