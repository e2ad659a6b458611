import Foundation
import Problems
import Testing

@testable import Snapshot

@Suite("A manifest says when its data were taken")
struct ManifestTests {
  private func manifest(taken: String) -> Manifest {
    Manifest(
      taken: taken,
      tool: "t",
      host: "h",
      database: Manifest.Database(
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
      server: Manifest.Server(version: 150_020, settings: [:], extensions: [:]),
      position: Manifest.Position(lsn: "0/0", timeline: 1),
      parent: nil,
      tags: [:],
      isPartial: false,
      definition: Manifest.Definition(
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
      totals: Manifest.Totals()
    )
  }

  @Test("The server's time is read to the microsecond")
  func time() throws {
    let taken = try manifest(taken: "2026-01-31T02:00:00.250000Z").takenTime
    #expect(taken.timeIntervalSince1970 == 1_769_824_800.25)
  }

  @Test("A time that is none is damage, never the year 1970", arguments: ["", "yesterday"])
  func noTime(text: String) {
    let problem = #expect(throws: Problem.self) { _ = try manifest(taken: text).takenTime }
    #expect(problem?.kind == .damaged)
  }
}
