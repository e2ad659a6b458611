import ObjectStore
import Synchronization

@testable import Repository

/// What the actors of a play do.
extension Play {
  func backUp(_ repository: Repository, _ store: StagedStore, _ number: Int) throws {
    let names = reference.withLock { $0.done.keys.sorted() }
    let parent = names.isEmpty || stage.roll(4) == 0 ? nil : names[stage.roll(names.count)]
    let writer = try repository.beginSnapshot(parent: parent, delta: .always)
    var chunks: [ChunkID: [UInt8]] = [:]
    do {
      let encoder = try writer.makeEncoder()
      if let parent {
        // What has not changed is taken over by name: its bytes are never read.
        _ = try repository.manifest(of: parent)
        let known = reference.withLock { $0.done[parent] ?? [:] }
        for (id, bytes) in known.sorted(by: { $0.key < $1.key }) {
          switch stage.roll(3) {
          case 0: chunks[id] = bytes
          case 1:
            let changed = bytes + [UInt8(stage.roll(3))]
            chunks[try encoder.write(changed.span, level: 1, after: id).id] = changed
          default: break
          }
        }
      }
      // From a small pool, so that what is dead is often wanted again, and at once by two.
      for _ in 0...stage.roll(3) {
        let bytes = Sample.bytes(600, seed: UInt64(stage.roll(8)))
        chunks[try encoder.write(bytes.span, level: 1).id] = bytes
      }
      if stage.roll(3) == 0 { try takeLong(writer, number) }
      let ids = chunks.keys.sorted()
      let manifest = ids.flatMap(\.bytes)
      let name = try writer.commit(manifest: manifest, at: stage.now, closure: ids)
      reference.withLock {
        $0.done[name] = chunks
        $0.backups += 1
      }
    } catch {
      // As the backup does: the first error counts.
      try? writer.abandon()
      throw error
    }
  }

  /// Works for two days, awake.
  private func takeLong(_ writer: SnapshotWriter, _ number: Int) throws {
    for _ in 0..<70 {
      stage.yield(number, sleeping: 40 * 60)
      try writer.renewIfDue()
    }
  }

  func collect(_ repository: Repository, _ store: StagedStore, _ number: Int) throws {
    if stage.roll(8) == 0 { _ = try repository.undoMarks() }
    var options = CollectOptions()
    if stage.roll(3) == 0 { options.maxRepack = 2000 }
    let spared = try spared()
    let report = try repository.collect(options, closure: Sample.visit)
    reference.withLock { $0.deleted += report.deleted.packs }
    // Who sees the past cannot know.
    if !mishap.isOfListings, let pack = store.removed.intersection(spared).first {
      lose("\(pack) was removed although its mark was taken back")
    }
  }

  /// The packs that a collection which begins now leaves alone: all that said otherwise was taken
  /// back.
  private func spared() throws -> Set<ObjectName> {
    let undone = Set(try Unmark.all(in: witness).map(\.mark))
    let marks = try Mark.all(in: witness)
    let spared = marks.filter { undone.contains($0.object.lastComponent) }.condemned
    let doomed = marks.filter { !undone.contains($0.object.lastComponent) }.condemned
    return Set(spared.subtracting(doomed).map(Pack.name))
  }

  func forget(_ repository: Repository, _ store: StagedStore, _ number: Int) throws {
    let names = reference.withLock { $0.done.keys.sorted() }
    if stage.roll(6) == 0 { _ = try repository.undoMarks() }
    guard names.count > 1 else { return }
    let name = names[stage.roll(names.count)]
    check(name, "before it is forgotten")
    // Sometimes behind everybody's back, so that also parents in use go.
    if stage.roll(2) == 0 {
      reference.withLock { $0.done[name] = nil }
      try store.delete(name.object)
    } else {
      try repository.forget([name])
      reference.withLock { $0.done[name] = nil }
    }
  }
}
