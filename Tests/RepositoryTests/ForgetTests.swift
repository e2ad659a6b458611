import Foundation
import ObjectStore
import Problems
import Synchronization
import Testing

@testable import Repository

@Suite("Snapshots are forgotten by their manifests alone")
struct ForgetTests {
  @Test("Only manifests go, and one that has gone already is no error")
  func manifestsOnly() throws {
    let (store, snapshot, _) = try Sample.repository()
    let repository = try Repository.open(store, passphrase: nil)
    let before = Set(store.contents.keys)
    try repository.forget([snapshot])
    #expect(before.subtracting(store.contents.keys) == [snapshot.object])
    try repository.forget([snapshot])
  }

  @Test("A snapshot that a running backup builds upon is refused, and nothing is removed")
  func inUse() throws {
    let (store, parent, _) = try Sample.repository()
    let repository = try Repository.open(store, passphrase: nil)
    let (other, _) = try Sample.addSnapshot(to: repository, chunks: 1, seed: 7)
    let writer = try repository.beginSnapshot(parent: parent)
    let problem = #expect(throws: Problem.self) { try repository.forget([other, parent]) }
    #expect(problem?.code == "repository.snapshot-in-use")
    #expect(try repository.snapshots().count == 2)
    try writer.abandon()
    try repository.forget([other, parent])
    #expect(try repository.snapshots().isEmpty)
  }

  @Test("A lease that ran out protects nothing, once no clock makes it good")
  func expired() throws {
    let store = MemoryStore()
    let now = Mutex(Sample.time)
    let clock: @Sendable () -> Date = { now.withLock { $0 } }
    let repository = try Repository.create(in: store, encryption: .none, clock: clock)
    let (parent, _) = try Sample.addSnapshot(to: repository, chunks: 1, seed: 7)
    let writer = try repository.beginSnapshot(parent: parent)
    now.withLock { $0 += Lease.lifetime + LeaseList.clockLimit - 1 }
    #expect(try repository.snapshotsInUse() == [parent])
    now.withLock { $0 += 1 }
    #expect(try repository.snapshotsInUse().isEmpty)
    #expect(try LeaseList(repository).expired.count == 1)
    try writer.abandon()
  }

  @Test("What is larger than any lease runs out as one does")
  func oversized() throws {
    let now = Mutex(Sample.time)
    let clock: @Sendable () -> Date = { now.withLock { $0 } }
    let store = MemoryStore(clock: { Int64(clock().timeIntervalSince1970) })
    let repository = try Repository.create(in: store, encryption: .none, clock: clock)
    let name = ObjectName(components: Lease.directory, String(repeating: "0", count: 32))
    try store.put(name, [UInt8](repeating: 0, count: 1 << 20))
    #expect(try LeaseList(repository).live.map(\.object) == [name])
    now.withLock { $0 += Lease.lifetime + LeaseList.clockLimit + 1 }
    #expect(try LeaseList(repository).expired == [name])
  }

  @Test("A lease that is renewed while leases are read is not missed")
  func renewedMeanwhile() throws {
    let base = MemoryStore()
    let now = Mutex(Sample.time)
    let clock: @Sendable () -> Date = { now.withLock { $0 } }
    let repository = try Repository.create(in: base, encryption: .none, clock: clock)
    let (parent, _) = try Sample.addSnapshot(to: repository, chunks: 1, seed: 7)
    let writer = try repository.beginSnapshot(parent: parent)
    now.withLock { $0 += 700 }
    let renewals = Mutex(0)
    let faulty = FaultyStore(
      base,
      hook: { operation, moment in
        guard operation.target == "leases", moment == .after else { return }
        // Once, right after the listing.
        if renewals.withLock({
          $0 += 1; return $0
        }) == 1 {
          try? writer.renewIfDue()
        }
      }
    )
    let other = try Repository.open(faulty, passphrase: nil, clock: clock)
    #expect(try other.snapshotsInUse() == [parent])
    #expect(renewals.withLock { $0 } == 2)
    try writer.abandon()
  }
}
