import Foundation
import ObjectStore
import Problems
import Synchronization
import TestSupport
import Testing

@testable import Repository

@Suite("What a killed writer stored is used by the next one")
struct LeftoverTests {
  private let store = MemoryStore()
  private let content = Sample.bytes(3000, seed: 1)

  /// A repository in which a writer was killed between its packs and its index.
  private func prepared() throws -> (repository: Repository, id: ChunkID) {
    let repository = try Repository.create(in: store, encryption: .none)
    let writer = try repository.beginSnapshot(parent: nil)
    let id = try writer.makeEncoder().write(content.span).id
    try writer.flush()
    for object in try store.list(InstanceIndex.directory) { try store.delete(object.name) }
    return (try Repository.open(store, passphrase: nil), id)
  }

  @Test("Its packs are indexed before anything is stored again")
  func leftover() throws {
    let (repository, id) = try prepared()
    let before = try store.list(Pack.directory).map(\.name)
    let writer = try repository.beginSnapshot(parent: nil)
    #expect(try writer.holds(id))
    #expect(try writer.makeEncoder().write(content.span).id == id)
    _ = try writer.commit(manifest: id.bytes, at: Sample.time, closure: [id])
    #expect(try store.list(Pack.directory).map(\.name) == before)
    #expect(try repository.makeReader().read(id) == content)
    #expect(writer.notices == [])
    // Once: the next writer finds nothing to do.
    let index = try store.list(InstanceIndex.directory).map(\.name)
    try repository.beginSnapshot(parent: nil).abandon()
    #expect(try store.list(InstanceIndex.directory).map(\.name) == index)
  }

  @Test("A pack that is on its way out stays without an index")
  func marked() throws {
    let (repository, id) = try prepared()
    let pack = try #require(Pack.id(from: try store.list(Pack.directory)[0].name))
    try Mark.put([pack], isSwept: false, in: repository)
    let writer = try repository.beginSnapshot(parent: nil)
    #expect(try !writer.holds(id))
    #expect(try store.list(InstanceIndex.directory).isEmpty)
  }

  @Test("A torn pack is told, and stops nobody")
  func torn() throws {
    let (repository, _) = try prepared()
    let pack = try store.list(Pack.directory)[0].name
    store.damage(pack) { $0?.removeLast() }
    let writer = try repository.beginSnapshot(parent: nil)
    #expect(writer.notices.map(\.code) == [Damage.code])
    #expect(writer.notices.first?.facts.contains(.init("object", pack.text)) == true)
    let id = try writer.makeEncoder().write(content.span).id
    _ = try writer.commit(manifest: id.bytes, at: Sample.time, closure: [id])
    #expect(try repository.makeReader().read(id) == content)
  }

  @Test("A lease is renewed while a commit walks a long closure")
  func longClosure() throws {
    let now = Mutex(Sample.time)
    let repository = try Repository.create(in: store, encryption: .none) { now.withLock { $0 } }
    let writer = try repository.beginSnapshot(parent: nil)
    let id = try writer.makeEncoder().write(content.span).id
    let name = try writer.commit(manifest: id.bytes, at: Sample.time) { need in
      // Longer than a lease lasts, with a chunk every ten minutes.
      for _ in 0..<10 {
        now.withLock { $0 += 601 }
        try need(id)
      }
    }
    #expect(try repository.snapshots() == [name])
  }

  @Test("A lease that could not be renewed runs out when it said")
  func notRenewed() throws {
    let now = Mutex(Sample.time)
    let isDown = Mutex(false)
    let failing = FaultyStore(
      store,
      plan: { operation in
        operation.verb == .put && isDown.withLock { $0 } ? .failBefore : .none
      }
    )
    let repository = try Repository.create(in: failing, encryption: .none) { now.withLock { $0 } }
    let lease = try Lease(repository, parent: nil)
    now.withLock { $0 += 3000 }
    isDown.withLock { $0 = true }
    #expect(throws: Problem.self) { try lease.renewIfDue() }
    now.withLock { $0 += 601 }
    let problem = #expect(throws: Problem.self) { try lease.checkLive() }
    #expect(problem?.code == Lease.expiredCode)
  }
}
