import Files
import Foundation
import ObjectStore
import Problems
import Synchronization
import Testing

@testable import Repository

@Suite("Backups go on where nothing can be removed")
struct AppendOnlyTests {
  /// A store that denies every removal, and notes what was asked.
  private final class Denying: Sendable {
    let asked = Mutex(0)

    func store(_ base: any ObjectStore) -> FaultyStore {
      FaultyStore(base) { [self] operation in
        guard operation.verb == .delete else { return .none }
        asked.withLock { $0 += 1 }
        return .failBefore
      }
    }
  }

  @Test("Where removal is denied, leases stay with one notice, and the snapshots are whole")
  func denied() throws {
    let base = MemoryStore()
    let now = Mutex(Sample.time)
    let clock: @Sendable () -> Date = { now.withLock { $0 } }
    let store = Denying().store(base)
    let repository = try Repository.create(in: store, encryption: .none, clock: clock)
    let writer = try repository.beginSnapshot(parent: nil)
    let id = try writer.makeEncoder().write([1, 2, 3].span).id
    for _ in 0..<3 {
      now.withLock { $0 += 601 }
      try writer.renewIfDue()
    }
    let name = try writer.commit(manifest: id.bytes, at: Sample.time, closure: [id])
    #expect(writer.notices.map(\.code) == ["repository.lease-stays"])
    #expect(try base.list("leases").count == 4)
    // Leases that stayed block nobody: neither at once nor when they have run out.
    for wait in [0.0, 7200] {
      now.withLock { $0 += wait }
      try Sample.addSnapshot(to: repository, chunks: 3, seed: UInt64(wait))
    }
    #expect(try repository.snapshots().contains(name))
    #expect(try repository.snapshots().count == 3)
    #expect(try repository.check(reading: .all, closure: Sample.closure).isSound)
  }

  @Test("In an append-only repository no writer even asks to remove, and removers are refused")
  func setting() throws {
    let base = MemoryStore()
    let denying = Denying()
    let store = denying.store(base)
    _ = try Repository.create(in: store, encryption: .none, isAppendOnly: true)
    let repository = try Repository.open(store, passphrase: nil)
    #expect(repository.isAppendOnly)
    let writer = try repository.beginSnapshot(parent: nil)
    try writer.abandon()
    try Sample.addSnapshot(to: repository, chunks: 3, seed: 1)
    #expect(denying.asked.withLock { $0 } == 0)
    let refused = #expect(throws: Problem.self) { try repository.checkMayRemove() }
    #expect(refused?.code == "repository.append-only" && refused?.kind == .refused)
    let ordinary = try Repository.create(in: MemoryStore(), encryption: .none)
    #expect(!ordinary.isAppendOnly)
    try ordinary.checkMayRemove()
  }

  @Test("In directories that only grow, as after chattr +a, backups are whole and leave no damage")
  func growingDirectories() throws {
    let files = GrowingFiles()
    let directory = try TemporaryDirectory()
    let store = LocalStore("\(directory.path)/store", on: files)
    let repository = try Repository.create(in: store, encryption: .none)
    for seed in 0..<3 { try Sample.addSnapshot(to: repository, chunks: 3, seed: UInt64(seed * 10)) }
    #expect(try repository.snapshots().count == 3)
    #expect(try repository.check(reading: .all, closure: Sample.closure).isSound)
    #expect(files.denied.withLock { $0 } > 0)
    #expect(try !store.allowsRemoval())
    #expect(try !store.allowsRemoval())
    #expect(try LocalStore("\(directory.path)/store").allowsRemoval())
  }
}

/// The files of this machine, but for removal, which is denied.
private final class GrowingFiles: FileSystem {
  let denied = Mutex(0)
  private let base = SystemFiles()

  func remove(_ path: String) throws {
    denied.withLock { $0 += 1 }
    throw Problem(code: "files.no-permission", "cannot remove \(path): not permitted")
  }

  func rename(_ path: String, to other: String) throws { try remove(path) }
  func makeDirectory(_ path: String, mode: UInt32) throws {
    try base.makeDirectory(path, mode: mode)
  }
  func isDirectory(_ path: String) -> Bool { base.isDirectory(path) }
  func entries(of path: String) throws -> [Directory.Entry] { try base.entries(of: path) }
  func create(_ path: String, _ bytes: [UInt8], mode: UInt32, isSynced: Bool) throws {
    try base.create(path, bytes, mode: mode, isSynced: isSynced)
  }
  func link(_ path: String, to other: String) throws { try base.link(path, to: other) }
  func syncDirectory(_ path: String) throws { try base.syncDirectory(path) }
  func size(of path: String) throws -> Int { try base.size(of: path) }
  func read(_ path: String, _ range: Range<Int>) throws -> [UInt8] { try base.read(path, range) }
}
