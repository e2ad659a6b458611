import Foundation
import Problems
import TestSupport
import Testing

@testable import Snapshot

@Suite("A manifest says when its data were taken")
struct ManifestTests {
  private func manifest(taken: String) -> Manifest {
    var manifest = Manifest.sample
    manifest.taken = taken
    return manifest
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

  /// A dump of one file, as this program has written it from the first version on.
  private static let golden = """
    {"database":{"collate":"","ctype":"","encoding":"UTF8","localeProvider":"c","name":"shop",\
    "oid":0,"owner":"","schemas":[],"settings":[],"systemIdentifier":"imported"},"definition":\
    {"archive":[],"dumpMajor":0,"fingerprint":[],"globals":[],"hasPasswords":false},"dump":\
    {"databases":["shop"],"files":[{"name":"","segments":[],"size":0}],"form":"plain",\
    "isComplete":true,"program":"15.20","roles":["alice"],"source":"shop.sql"},"host":"",\
    "isPartial":false,"largeObjectCount":0,"largeObjects":[],"ledger":[],"ledgerPosition":0,\
    "materializedViews":[],"position":{"lsn":"0/0","timeline":0},"sequences":[],"server":\
    {"extensions":{},"settings":{},"version":150020},"tables":[],"tags":{},"taken":\
    "2026-01-30T02:00:00.000000Z","tool":"","totals":{"bytes":0,"bytesRead":0,"bytesStored":0,\
    "knownChunks":0,"newChunks":0,"rows":0,"seconds":0},"version":2}
    """

  @Test("An imported dump is written and read as the format says")
  func golden() throws {
    let dump = Manifest.Dump(
      form: .plain,
      source: "shop.sql",
      program: "15.20",
      databases: ["shop"],
      roles: ["alice"],
      isComplete: true,
      files: [.init(name: "", size: 0, segments: [])]
    )
    let manifest = Manifest(
      of: dump,
      name: "shop",
      encoding: "UTF8",
      serverVersion: 150_020,
      taken: "2026-01-30T02:00:00.000000Z"
    )
    #expect(String(decoding: try manifest.encoded(), as: UTF8.self) == Self.golden)
    #expect(try Manifest(decoding: Array(Self.golden.utf8)) == manifest)
  }

  @Test(
    "A version that does not fit its content is refused: an older program must not ignore a dump"
  )
  func versions() throws {
    let dump = Self.golden.replacing("\"version\":2}", with: "\"version\":1}")
    #expect(throws: DecodingError.self) { try Manifest(decoding: Array(dump.utf8)) }
    var other = Manifest.sample
    for version in [0, 2, 3] {
      other.version = version
      let bytes = try other.encoded()
      #expect(throws: DecodingError.self) { try Manifest(decoding: bytes) }
    }
  }
}
