import Repository
import Snapshot
import TestSupport
import Testing

@testable import Commands

@Suite("Databases whose names differ by bytes alone are two series")
struct SeriesTests {
  private let scene: RepositoryOnDisk
  private let whole: SnapshotName
  private let apart: SnapshotName

  init() throws {
    scene = try RepositoryOnDisk()
    whole = try scene.add(of: "caf\u{E9}", taken: "2026-01-29T02:00:00.000000Z")
    apart = try scene.add(of: "cafe\u{301}", taken: "2026-01-30T02:00:00.000000Z")
  }

  @Test("The latest of a name is not the other's, which is newer")
  func latest() async throws {
    let run = await scene.run("show", "latest:caf\u{E9}", "--json", "--repository", "backups")
    #expect(run.status == .done, "\(run.errors)")
    #expect(run.output.contains("\"taken\":\"2026-01-29T02:00:00.000000Z\""), "\(run.output)")
  }

  @Test("The script of a cluster has both")
  func cluster() throws {
    let contents = try [whole, apart].map {
      try SnapshotContent(opening: $0, in: scene.repository)
    }
    let chosen = try ExportCommand.newest("latest", among: contents, of: nil)
    #expect(Set(chosen.map(\.name)) == [whole, apart])
  }
}
