import Cryptography
import Foundation
import ObjectStore
import Problems
import Synchronization
import Testing

@testable import Repository

@Suite("Writers may work at once, and may die at any moment")
struct WriterTests {
  @Test("Threads that write the same chunks store each once")
  func sameChunksAtOnce() throws {
    let store = MemoryStore()
    let repository = try Repository.create(in: store, encryption: .none)
    let writer = try repository.beginSnapshot(parent: nil)
    let contents = (0..<200).map { Sample.bytes(20_000 + $0, seed: UInt64($0)) }
    let results = Mutex<[WrittenChunk]>([])
    let failures = Mutex<[any Error]>([])
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      do {
        let encoder = try writer.makeEncoder()
        for content in contents {
          let written = try encoder.write(content.span, kind: .data, level: 1)
          results.withLock { $0.append(written) }
        }
      } catch {
        failures.withLock { $0.append(error) }
      }
    }
    #expect(failures.withLock { $0.count } == 0)
    let written = results.withLock { $0 }
    let ids = Set(written.map(\.id))
    #expect(ids.count == contents.count && written.filter(\.isNew).count == contents.count)
    _ = try writer.commit(manifest: [], at: Sample.time, closure: ids)
    #expect(try repository.index.refreshed().count == contents.count)
    let reader = try repository.makeReader()
    let read = try Set(ids.map { try reader.read($0) })
    #expect(read == Set(contents))
  }

  @Test("More packs than fit in memory pass through, and all of them are read again")
  func manyPacks() throws {
    let repository = try Repository.create(in: MemoryStore(), encryption: .none)
    let writer = try repository.beginSnapshot(parent: nil)
    let ids = Mutex<[ChunkID: Int]>([:])
    let failures = Mutex<[any Error]>([])
    // 5 packs: more than the three permits.
    let base = Sample.bytes(8 << 20, seed: 3)
    DispatchQueue.concurrentPerform(iterations: 2) { worker in
      do {
        let encoder = try writer.makeEncoder()
        for number in 0..<9 {
          var content = base
          content[0] = UInt8(number)
          content[1] = UInt8(worker)
          let id = try encoder.write(content.span, kind: .data, level: 0).id
          ids.withLock { $0[id] = number }
        }
      } catch {
        failures.withLock { $0.append(error) }
      }
    }
    #expect(failures.withLock { $0.count } == 0)
    let written = ids.withLock { $0 }
    #expect(written.count == 18)
    _ = try writer.commit(manifest: [], at: Sample.time, closure: written.keys)
    #expect(try repository.store.list("packs").count == 5)
    let reader = try repository.makeReader()
    for (id, number) in written { #expect(try reader.read(id)[0] == UInt8(number)) }
  }

  /// Runs a second backup over a store that fails as planned; returns what is left and the error.
  private func secondBackup(
    over start: [ObjectName: [UInt8]],
    plan: @escaping @Sendable (FaultyStore.Operation) -> FaultyStore.Fault
  ) -> (left: MemoryStore, operations: Int, error: (any Error)?) {
    let base = MemoryStore(start)
    let faulty = FaultyStore(base, plan: plan)
    do {
      let repository = try Repository.open(faulty, passphrase: nil)
      try Sample.addSnapshot(to: repository, chunks: 4, seed: 7000)
      return (base, faulty.operations, nil)
    } catch {
      return (base, faulty.operations, error)
    }
  }

  @Test("A fault at any operation leaves earlier snapshots whole, and the next backup works")
  func faultAtEveryOperation() throws {
    let (store, first, ids) = try Sample.repository()
    let start = store.contents
    let clean = secondBackup(over: start) { _ in .none }
    #expect(clean.error == nil)
    let faults: [FaultyStore.Fault] = [.failBefore, .failAfter, .tear(40)]
    for number in 1...clean.operations {
      for fault in faults {
        let result = secondBackup(over: start) { $0.number >= number ? fault : .none }
        let after = try Repository.open(result.left, passphrase: nil)
        let report = try after.check(reading: .all, closure: Sample.closure)
        let committed = try after.snapshots()
        #expect(committed.contains(first))
        // A torn index or manifest is damage that a check must name; anything else is sound.
        if case .tear = fault, !report.isSound { continue }
        #expect(report.isSound, "operation \(number), \(fault): \(report.findings)")
        #expect(try after.makeReader().read(ids[0]) == Sample.bytes(3000, seed: 100))
        let (third, _) = try Sample.addSnapshot(to: after, chunks: 4, seed: 7000)
        #expect(try after.snapshots().contains(third))
      }
    }
  }

  @Test("A writer whose pack cannot be stored says so and commits nothing")
  func failingPack() throws {
    let base = MemoryStore()
    _ = try Repository.create(in: base, encryption: .none)
    let faulty = FaultyStore(base) { $0.target.hasPrefix("packs/") ? .failBefore : .none }
    let repository = try Repository.open(faulty, passphrase: nil)
    let problem = #expect(throws: Problem.self) {
      try Sample.addSnapshot(to: repository, chunks: 2, seed: 1)
    }
    #expect(problem?.code == "store.fault")
    #expect(try repository.snapshots().isEmpty)
  }

  @Test("Packs go to a far store several at once, and all of them are read again")
  func parallelPacks() throws {
    let inFlight = Mutex((now: 0, most: 0))
    let meeting = DispatchSemaphore(value: 0)
    // The first pack waits until a second one is on its way; packs in a row would never meet.
    let store = FaultyStore(
      MemoryStore(),
      isFar: true,
      hook: { operation, moment in
        guard operation.verb == .put, operation.target.hasPrefix("packs/") else { return }
        let count = inFlight.withLock { state in
          state.now += moment == .before ? 1 : -1
          state.most = max(state.most, state.now)
          return (state.now, state.most)
        }
        if moment == .before && count == (1, 1) { _ = meeting.wait(timeout: .now() + 60) }
        if moment == .before && count == (2, 2) { meeting.signal() }
      }
    )
    let repository = try Repository.create(in: store, encryption: .none)
    let writer = try repository.beginSnapshot(parent: nil)
    let encoder = try writer.makeEncoder()
    let base = Sample.bytes(8 << 20, seed: 3)
    let contents = (0..<13).map { [UInt8($0)] + base }
    let ids = try contents.map { try encoder.write($0.span, kind: .data, level: 0).id }
    _ = try writer.commit(manifest: [], at: Sample.time, closure: ids)
    #expect(inFlight.withLock { $0.most } >= 2)
    let reader = try repository.makeReader()
    #expect(try zip(ids, contents).allSatisfy { try reader.read($0) == $1 })
  }

  @Test("A lease is renewed after ten minutes, and one that ran out stops the writer")
  func leases() throws {
    let store = MemoryStore()
    let now = Mutex(Sample.time)
    let clock: @Sendable () -> Date = { now.withLock { $0 } }
    let repository = try Repository.create(in: store, encryption: .none, clock: clock)
    let writer = try repository.beginSnapshot(parent: nil)
    let first = try store.list("leases").map(\.name)
    try writer.renewIfDue()
    #expect(try store.list("leases").map(\.name) == first)
    now.withLock { $0 += 601 }
    try writer.renewIfDue()
    let second = try store.list("leases").map(\.name)
    #expect(second.count == 1 && second != first)
    now.withLock { $0 += 3601 }
    let problem = #expect(throws: Problem.self) { try writer.renewIfDue() }
    #expect(problem?.code == "repository.lease-expired")
    #expect(throws: Problem.self) {
      try writer.commit(manifest: [], at: Sample.time, closure: [])
    }
    try writer.abandon()
    #expect(try store.list("leases").isEmpty)
  }

  @Test("A writer that froze beyond its lease stops, wherever it was; the other one is not held up")
  func frozenWriter() throws {
    // Where it froze: before a chunk, before its packs are stored, before the next renewal.
    for place in 0..<3 {
      let store = MemoryStore()
      let now = Mutex(Sample.time)
      let clock: @Sendable () -> Date = { now.withLock { $0 } }
      _ = try Repository.create(in: store, encryption: .none)
      let slow = try Repository.open(store, passphrase: nil, clock: clock)
      let other = try Repository.open(store, passphrase: nil)
      let frozen = try slow.beginSnapshot(parent: nil)
      let encoder = try frozen.makeEncoder()
      let id = try encoder.write(Sample.bytes(3000, seed: 7).span).id
      if place == 0 { now.withLock { $0 += 3601 } }
      let (name, ids) = try Sample.addSnapshot(to: other, chunks: 3, seed: 7)
      if place == 1 { now.withLock { $0 += 3601 } }
      let problem = #expect(throws: Problem.self) {
        if place == 2 {
          now.withLock { $0 += 3601 }
          try frozen.renewIfDue()
        }
        _ = try frozen.commit(manifest: id.bytes, at: Sample.time, closure: [id])
      }
      #expect(problem?.code == "repository.lease-expired" && problem?.isRetryable == true)
      #expect(problem?.hint?.contains("Nothing was committed") == true)
      try frozen.abandon()
      #expect(try other.snapshots() == [name])
      #expect(try other.makeReader().read(ids[0]) == Sample.bytes(3000, seed: 7))
      // Run again, it uses what it has stored.
      try Sample.addSnapshot(to: slow, chunks: 3, seed: 7)
      #expect(try other.check(reading: .all, closure: Sample.closure).isSound)
    }
  }

  @Test("A writer that is given up with an open pack leaves nothing behind but garbage")
  func givenUp() throws {
    let store = MemoryStore()
    let repository = try Repository.create(in: store, encryption: .none)
    var writer: SnapshotWriter? = try repository.beginSnapshot(parent: nil)
    _ = try writer?.makeEncoder().write([1, 2, 3].span)
    try writer?.abandon()
    writer = try repository.beginSnapshot(parent: nil)
    _ = try writer?.makeEncoder().write([1, 2, 3].span)
    writer = nil
    #expect(try repository.snapshots().isEmpty && store.list("packs").isEmpty)
  }

  @Test("A creation that was killed in its middle can be done again")
  func creationAgain() throws {
    let store = MemoryStore()
    let faulty = FaultyStore(store) { $0.target == "format" ? .failBefore : .none }
    #expect(throws: Problem.self) { try Repository.create(in: faulty, encryption: .none) }
    _ = try Repository.create(in: store, encryption: .none)
    #expect(try Repository.open(store, passphrase: nil).snapshots().isEmpty)
    let problem = #expect(throws: Problem.self) {
      try Repository.create(in: store, encryption: .none)
    }
    #expect(problem?.code == "repository.exists")
  }

  @Test("A snapshot's name shows its time in UTC")
  func names() throws {
    let name = try SnapshotName(at: Sample.time)
    #expect(name.text.hasPrefix("20260131T235959.123Z-"))
    #expect(SnapshotName(name.text) == name)
    #expect(SnapshotName.stamp(Date(timeIntervalSince1970: 951_782_400)) == "20000229T000000.000Z")
    #expect(SnapshotName("20260131T235959.123Z-../../xx") == nil)
    #expect(SnapshotName("20260131T235959.123Z-1f2e3d4") == nil)
  }
}
