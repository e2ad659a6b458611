import Foundation
import ObjectStore
import Repository
import Snapshot
import TestSupport
import Testing

@testable import Commands

@Suite("Collecting says what was marked, what was deleted and what waits")
struct CollectTests {
  private let sandbox: Sandbox
  private let repository: Repository

  init() throws {
    sandbox = try Sandbox()
    let store = LocalStore("\(sandbox.root.path)/checkout/backups", isDurable: false)
    repository = try Repository.create(in: store, encryption: .none)
    let names = try ["one", "two"].map { text in
      let writer = try repository.beginSnapshot(parent: nil)
      let id = try writer.makeEncoder().write(Array(text.utf8).span, kind: .text).id
      var manifest = Manifest.sample
      manifest.definition.archive = [id]
      return try writer.commit(
        manifest: try manifest.encoded(),
        at: try manifest.takenTime,
        closure: [id]
      )
    }
    try repository.forget([names[0]])
  }

  /// Runs a line; times in what it says are hidden.
  private func run(
    _ line: String
  ) async -> (status: Commands.ExitStatus, output: String, errors: String) {
    let world = sandbox.world()
    let words = line.split(separator: " ").map(String.init) + ["--repository", "backups"]
    let status = await Program(world: world).run(words)
    let time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/
    return (status, world.output.captured.replacing(time, with: "TIME"), world.errors.captured)
  }

  @Test("A dry run, the marking run, and one that finds its work waiting")
  func runs() async throws {
    let dry = await run("collect --dry-run --quiet")
    #expect(dry.status == .done && dry.errors.isEmpty)
    try Golden.check(dry.output, "collect-dry-run.txt")
    #expect(try repository.markedPacks().packs == 0)
    try Golden.check(await run("collect").output, "collect.txt")
    #expect(try repository.markedPacks().packs == 1)
    try Golden.check(await run("collect --json --quiet").output, "collect.json")
  }

  @Test("Marks are taken back")
  func undo() async throws {
    #expect(await run("collect --undo").output == "Nothing is marked.\n")
    #expect(await run("collect").status == .done)
    #expect(await run("collect --undo --dry-run").status == .usage)
    #expect(try repository.markedPacks().packs == 1)
    let undone = await run("collect --undo")
    #expect(undone.status == .done)
    try Golden.check(undone.output, "collect-undo.txt")
  }

  @Test("A grace period that no running backup could notice is refused")
  func grace() async throws {
    let (status, _, errors) = await run("collect --grace 119m")
    #expect(status == .usage && errors.contains("--grace must be 2h or more"))
    #expect(try repository.markedPacks().packs == 0)
  }

  @Test("A damaged snapshot stops it, and says what to do")
  func refused() async throws {
    let file = try #require(try repository.snapshots().first)
    let path = sandbox.root.appendingPathComponent("checkout/backups/snapshots/\(file)")
    try Data("torn".utf8).write(to: path)
    let (status, _, errors) = await run("collect")
    #expect(status == .refused)
    try Golden.check(errors.replacing(file.text, with: "SNAPSHOT"), "collect-refused.txt")
  }

  @Test("A check counts marked packs, and doctor names them")
  func check() async throws {
    #expect(await run("collect").status == .done)
    let check = await run("check")
    #expect(check.status == .done && check.output.contains("marked"))
    #expect(await run("doctor").output.contains("1 pack is marked for deletion"))
  }
}
