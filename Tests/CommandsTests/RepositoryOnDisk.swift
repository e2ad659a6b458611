import Foundation
import ObjectStore
import Repository
import Snapshot
import TestSupport

@testable import Commands

/// An unencrypted repository in the checkout of a sandbox, `backups`, with snapshots of nothing.
struct RepositoryOnDisk {
  let sandbox: Sandbox
  let repository: Repository

  init() throws {
    sandbox = try Sandbox()
    let store = LocalStore("\(sandbox.root.path)/checkout/backups", isDurable: false)
    repository = try Repository.create(in: store, encryption: .none)
  }

  /// Adds a snapshot.
  @discardableResult
  func add(
    of database: String = "shop",
    taken: String = "2026-01-30T02:00:00.000000Z",
    tags: [String: String] = [:]
  ) throws -> SnapshotName {
    let writer = try repository.beginSnapshot(parent: nil)
    let text = Array("\(database) \(taken)".utf8)
    let id = try writer.makeEncoder().write(text.span, kind: .text).id
    var manifest = Manifest.sample
    manifest.definition.archive = [id]
    manifest.database.name = database
    manifest.taken = taken
    manifest.tags = tags
    return try writer.commit(
      manifest: try manifest.encoded(),
      at: try manifest.takenTime,
      closure: [id]
    )
  }

  /// Runs words of the real program on it.
  func run(
    _ words: String...
  ) async -> (status: Commands.ExitStatus, output: String, errors: String) {
    let world = sandbox.world()
    let status = await Program(world: world).run(words)
    return (status, world.output.captured, world.errors.captured)
  }
}
