internal import Dispatch
internal import ObjectStore
public import Problems
internal import Synchronization

/// Writes the chunks of one new snapshot, from several threads, and commits it.
///
/// Each thread takes a ``ChunkEncoder`` of its own; hashing, compressing, checking and sealing
/// happen there, in parallel. Only the copy into the open pack is under a lock. Full packs are
/// stored in the background, as many at once as the store wants, and few are in memory: then
/// writers wait.
///
/// Order of writing: lease, packs, index, manifest. Until ``commit(manifest:at:closure:)`` puts the
/// manifest, everything written is garbage that harms nobody.
public final class SnapshotWriter: Sendable {
  /// Packs in memory beside those that are being stored: one that fills and one that waits.
  private static let packsInHand = 2
  /// Instances in one index object.
  private static let indexLimit = 131_072

  /// What writers share.
  ///
  /// Its lock may be held while a writer waits for a permit.
  private struct Front {
    var open: PackBuilder?
    var claimed: Set<ChunkID> = []
  }

  /// What the queue shares with writers.
  ///
  /// Its lock is held for moments only, so that the queue can
  /// always go on and give permits back.
  private struct Back {
    /// Full packs on their way.
    ///
    /// A pack moves out of here whole, for a copy would cost 32 MiB.
    var full: [PackBuilder] = []
    var spareBuffers: [[UInt8]] = []
    var unindexed: [PackEntry] = []
    var failure: (any Error)?
    var notices: [Problem] = []
  }

  let repository: Repository
  /// What the repository held when the writer began.
  let known: InstanceTable
  /// When deltas are written.
  let delta: DeltaPolicy
  let lease: Lease
  private let front = Mutex(Front())
  private let back = Mutex(Back())
  // Made with 0 and raised in `init`: libdispatch ends the process when a semaphore goes while it
  // is lower than at its making, as after a writer that was given up with an open pack.
  private let permits = DispatchSemaphore(value: 0)
  private let uploads: DispatchQueue

  init(_ repository: Repository, parent: SnapshotName?, delta: DeltaPolicy) throws {
    try repository.format.checkWritable(at: repository.store.location)
    self.repository = repository
    let width = max(1, repository.store.parallelPuts)
    uploads = DispatchQueue(label: "drydock.packs", attributes: width > 1 ? .concurrent : [])
    self.delta = repository.format.allowsDeltas ? delta : .never
    // Before the index is read: collection must not remove what this writer finds in it.
    let lease = try Lease(repository, parent: parent)
    self.lease = lease
    let found = try Self.lookUp(repository, lease)
    known = found.table
    for _ in 0..<width + Self.packsInHand { permits.signal() }
    for damaged in found.damaged { note(damaged) }
  }

  /// What a new snapshot may rely on, and the packs that were left behind and cannot be read.
  ///
  /// Where that cannot be known, the lease goes: nobody has to wait for a writer that never began.
  private static func lookUp(
    _ repository: Repository,
    _ lease: Lease
  ) throws -> (table: InstanceTable, damaged: [Problem]) {
    do {
      var places = try Places(in: repository)
      // A writer that was killed has stored packs and no index over them yet.
      let leftovers = try repository.indexLeftovers(in: places)
      if leftovers.packs > 0 { places = try Places(in: repository) }
      // What only lost or marked packs hold is unknown, so that this snapshot stores it again.
      var table = places.usable
      // Nor is what a host wrote whose word nobody needs to take: see docs/format.md, Keys.
      table.restrict(to: repository.keys.ownGenerations)
      // Nor where a check found damage.
      for place in try repository.knownDamage() {
        table.disregard(place.offset, inPack: place.pack)
      }
      return (table, leftovers.damaged)
    } catch {
      // The first error is the one to report; a lease that stays runs out by itself.
      _ = try? lease.drop()
      throw error
    }
  }

  /// What went wrong without harming the snapshot: a base that could not be read, so that a chunk
  /// was stored whole; a lease that stayed behind.
  public var notices: [Problem] { back.withLock { $0.notices } }

  /// The tools of one thread; make one for each worker and keep it.
  public func makeEncoder() throws -> ChunkEncoder {
    try ChunkEncoder(self)
  }

  /// Renews the lease when it is due; long work calls this often, since it is cheap when not.
  public func renewIfDue() throws {
    if let notice = try lease.renewIfDue() { note(notice) }
  }

  /// Gives up: what was written stays as garbage, and the lease goes.
  public func abandon() throws {
    uploads.sync(flags: .barrier) {}
    front.withLock { $0.open = nil }
    if let notice = try lease.drop() { note(notice) }
  }

  /// Whether the repository held the chunk, with all that it stands on, when the writer began.
  public func holds(_ id: ChunkID) throws -> Bool { try known.contains(id) }

  /// Whether the chunk must be written by the caller; false when it is known or being written.
  func claim(_ id: ChunkID) throws -> Bool {
    try checkHealthy()
    if try known.contains(id) { return false }
    return front.withLock { $0.claimed.insert(id).inserted }
  }

  /// A claimed chunk could not be written: others may rely on it, so nothing can be committed.
  func fail(_ error: any Error) {
    back.withLock { $0.failure = $0.failure ?? error }
  }

  /// A chunk is stored whole although an older version should be there: the first one is told, for
  /// a lost pack makes thousands of them.
  func noteUnreadableBase(_ reason: String) {
    note(
      Problem(
        .damaged,
        code: "repository.base-unreadable",
        "chunks were stored whole, since older ones that they would stand on cannot be read",
        reason: reason,
        hint: "The new snapshot is not affected. Run `drydock check --read-data` to see "
          + "which earlier ones are."
      )
    )
  }

  /// Keeps the first notice of its kind.
  func note(_ notice: Problem) {
    back.withLock { back in
      guard !back.notices.contains(where: { $0.code == notice.code }) else { return }
      back.notices.append(notice)
    }
  }

  /// Copies a sealed instance into the open pack.
  func append(_ instance: Instance, sealed: [UInt8]) throws {
    try checkHealthy()
    front.withLock { front in
      if front.open == nil {
        // Waiting inside the lock is the back-pressure: nobody else could append either, and the
        // queue that gives the permit back never takes this lock.
        permits.wait()
        let buffer = back.withLock { $0.spareBuffers.popLast() }
        front.open = PackBuilder(reusing: buffer ?? [])
      }
      front.open?.append(instance, sealed: sealed)
      if front.open?.isFull == true { sendOpenPack(&front) }
    }
  }

  private func checkHealthy() throws {
    if let failure = back.withLock({ $0.failure }) { throw failure }
  }

  private func sendOpenPack(_ front: inout Front) {
    guard let pack = front.open else { return }
    front.open = nil
    back.withLock { $0.full.append(pack) }
    uploads.async { self.uploadNext() }
  }

  /// Runs on the queue: the permits bound how often at once.
  private func uploadNext() {
    do {
      let entry = try storeNextPack()
      back.withLock { $0.unindexed.append(entry) }
      try writeIndex(atLeast: Self.indexLimit)
    } catch {
      fail(error)
    }
  }

  private func storeNextPack() throws -> PackEntry {
    defer { permits.signal() }
    var pack = back.withLock { $0.full.removeFirst() }
    try checkHealthy()
    let entry = try pack.close(keys: repository.keys, binding: repository.binding)
    try repository.store.put(Pack.name(entry.id), pack.bytes)
    back.withLock { $0.spareBuffers.append(pack.bytes) }
    return entry
  }

  private func writeIndex(atLeast count: Int) throws {
    // Taken out at once: two uploads that end together must not write the same packs twice.
    let packs = back.withLock { back in
      let total = back.unindexed.reduce(0) { $0 + $1.instances.count }
      guard total >= count else { return [PackEntry]() }
      defer { back.unindexed.removeAll() }
      return back.unindexed
    }
    guard !packs.isEmpty else { return }
    try InstanceIndex.write(packs, repository.store, repository.sealed)
  }

  func flush() throws {
    front.withLock { sendOpenPack(&$0) }
    uploads.sync(flags: .barrier) {}
    try checkHealthy()
    try writeIndex(atLeast: 1)
  }
}
