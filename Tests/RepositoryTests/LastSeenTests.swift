import Files
import Foundation
import ObjectStore
import Problems
import Synchronization
import Testing

@testable import Repository

@Suite("A repository that was put back to an older state is noticed")
struct LastSeenTests {
  private let scratch: TemporaryDirectory
  private let store: MemoryStore

  init() throws {
    scratch = try TemporaryDirectory(prefix: "drydock-last-seen")
    store = MemoryStore()
    _ = try Repository.create(in: store, encryption: .none)
  }

  private func open(on machine: String = "a") throws -> Repository {
    try Repository.open(
      store,
      passphrase: nil,
      cacheDirectory: "\(scratch.path)/\(machine)"
    )
  }

  private func add(_ seed: UInt64, at seconds: Double) throws -> SnapshotName {
    let writer = try open().beginSnapshot(parent: nil)
    let bytes = Sample.bytes(100, seed: seed)
    let id = try writer.makeEncoder().write(bytes.span).id
    let time = Sample.time.addingTimeInterval(seconds)
    return try writer.commit(manifest: id.bytes, at: time, closure: [id])
  }

  @Test("The newest manifest removed is a warning, every time until a newer one is there")
  func removed() throws {
    #expect(try open().noticeRollback() == nil, "an empty repository")
    let first = try add(1, at: 0)
    let second = try add(2, at: 60)
    #expect(try open().noticeRollback() == nil)
    store.damage(second.object) { $0 = nil }
    for _ in 0..<2 {
      let warning = try #require(try open().noticeRollback())
      #expect(warning.code == "repository.rolled-back")
      #expect(warning.reason == "\(second) was there, and now the newest is \(first)")
    }
    #expect(try open(on: "b").noticeRollback() == nil, "another machine has seen nothing")
    _ = try add(3, at: 120)
    #expect(try open().noticeRollback() == nil)
  }

  @Test("What another run adds and sees, after this one has listed, is not missing")
  func together() throws {
    _ = try add(1, at: 0)
    #expect(try open().noticeRollback() == nil)
    let once = Once()
    let meddling = FaultyStore(store) { _ in
      .none
    } hook: { operation, moment in
      guard operation.verb == .list, operation.target == SnapshotName.directory, moment == .after,
        once.begins()
      else { return }
      #expect(throws: Never.self) {
        _ = try add(2, at: 60)
        #expect(try open().noticeRollback() == nil)
      }
    }
    let slow = try Repository.open(meddling, passphrase: nil, cacheDirectory: "\(scratch.path)/a")
    #expect(try slow.noticeRollback() == nil)
    #expect(try store.list(SnapshotName.directory).count == 2)
  }

  @Test("All manifests removed is a warning too; an older one removed is retention's work")
  func all() throws {
    let first = try add(1, at: 0)
    let second = try add(2, at: 60)
    #expect(try open().noticeRollback() == nil)
    store.damage(first.object) { $0 = nil }
    #expect(try open().noticeRollback() == nil)
    store.damage(second.object) { $0 = nil }
    #expect(try open().noticeRollback()?.reason?.hasSuffix("there is none at all") == true)
  }

  @Test("A record that cannot be understood is written anew")
  func broken() throws {
    let first = try add(1, at: 0)
    let repository = try open()
    #expect(try repository.noticeRollback() == nil)
    let record = LastSeen(directory: try #require(repository.localDirectory))
    #expect(try record.read() == first)
    let path = "\(record.directory)/\(LastSeen.name)"
    try AtomicFile.write([1, 2, 3], to: path, collision: .replace, durability: .fast)
    #expect(try record.read() == nil)
    #expect(try repository.noticeRollback() == nil)
    #expect(try record.read() == first)
  }

  @Test("Where nothing is kept on the machine there is nothing to compare with")
  func nowhere() throws {
    _ = try add(1, at: 0)
    #expect(try Repository.open(store, passphrase: nil).noticeRollback() == nil)
  }

  /// Lets the first that comes begin, and nobody after it.
  private final class Once: Sendable {
    private let isOver = Mutex(false)

    func begins() -> Bool {
      isOver.withLock { isOver in
        defer { isOver = true }
        return !isOver
      }
    }
  }
}
