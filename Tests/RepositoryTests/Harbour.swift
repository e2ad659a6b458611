import Foundation
import ObjectStore
import Synchronization

@testable import Repository

/// A repository in memory under a clock that tests move, with snapshots of a few chunks each.
final class Harbour: Sendable {
  let store: MemoryStore
  let repository: Repository
  private let moved: Moved

  init() throws {
    let moved = Moved()
    store = MemoryStore(clock: { Int64(moved.now.timeIntervalSince1970) })
    repository = try Repository.create(in: store, encryption: .none, clock: { moved.now })
    self.moved = moved
  }

  /// A harbour with the same objects at the same time, which then goes its own way.
  init(copying objects: [ObjectName: [UInt8]], of other: Harbour) throws {
    let moved = Moved(other.moved.now)
    store = MemoryStore(objects, clock: { Int64(moved.now.timeIntervalSince1970) })
    repository = try Repository.open(store, passphrase: nil, clock: { moved.now })
    self.moved = moved
  }

  /// A clock that only tests move.
  final class Moved: Sendable {
    private let time: Mutex<Date>
    init(_ start: Date = Sample.time) { time = Mutex(start) }
    var now: Date { time.withLock { $0 } }
    func pass(_ seconds: Double) { time.withLock { $0 += seconds } }
  }

  /// Lets time pass.
  func pass(hours: Double) { moved.pass(hours * 3600) }

  /// The same repository through another store, such as one that fails.
  func repository(through store: any ObjectStore) throws -> Repository {
    let moved = moved
    return try Repository.open(store, passphrase: nil, clock: { moved.now })
  }

  /// Takes a snapshot over contents that stand for chunks; each in the order given.
  @discardableResult
  func take(
    _ seeds: [UInt64],
    in other: Repository? = nil
  ) throws -> (name: SnapshotName, ids: [ChunkID]) {
    let writer = try (other ?? repository).beginSnapshot(parent: nil)
    let encoder = try writer.makeEncoder()
    let ids = try seeds.map { try encoder.write(Sample.bytes(3000, seed: $0).span, level: 1).id }
    let manifest = ids.flatMap(\.bytes)
    return (try writer.commit(manifest: manifest, at: moved.now, closure: ids), ids)
  }

  /// Collects, by default without any rule left out.
  @discardableResult
  func collect(
    omitting rules: Set<Safeguard> = [],
    through other: Repository? = nil,
    _ change: (inout CollectOptions) -> Void = { _ in }
  ) throws -> CollectReport {
    var options = CollectOptions()
    change(&options)
    let repository = (other ?? repository).omitting(rules)
    return try repository.collect(options, closure: Sample.visit)
  }

  /// Whether every snapshot can be read whole by somebody who knows nothing yet.
  func isWhole() throws -> Bool {
    let fresh = try repository(through: store)
    let reader = try fresh.makeReader()
    for name in try fresh.snapshots() {
      for id in Sample.closure(name, try fresh.manifest(of: name)) { _ = try reader.read(id) }
    }
    return try fresh.check(reading: .all, closure: Sample.closure).isSound
  }

  /// The packs that are there.
  func packs() throws -> Set<ObjectName> { Set(try store.list("packs").map(\.name)) }
}

extension Sample {
  /// Shows a collector what a snapshot made here needs.
  static func visit(
    _ snapshot: SnapshotName,
    _ manifest: [UInt8],
    _ visitor: ClosureVisitor
  ) throws {
    closure(snapshot, manifest).forEach(visitor.need)
  }
}
