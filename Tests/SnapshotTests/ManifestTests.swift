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
}
