import Foundation
import ObjectStore
import Problems
import TestSupport

@testable import Repository

/// What a person was told is done: it must be whole after every crash.
struct DoneWork: Sendable {
  /// A snapshot with the content of its places.
  struct Snapshot: Sendable {
    var name: SnapshotName
    var ids: [ChunkID]
    var contents: [[UInt8]]
  }

  struct Loss: Error, CustomStringConvertible {
    let description: String
    init(_ text: String) { description = text }
  }

  /// What was reported as done, also what is to be forgotten, but not what has gone.
  private(set) var snapshots: [Snapshot] = []
  /// Snapshots that somebody began to forget: each may be there, whole, or gone.
  private(set) var going: Set<SnapshotName> = []
  /// Snapshots that were reported as forgotten, or seen to be gone: they do not come back.
  private(set) var gone: Set<SnapshotName> = []
  /// Packs whose damage is known, which a check names, and on which nothing relies.
  var damaged: Set<ObjectName> = []
  /// Packs whose marks were reported as taken back: the next collection does not delete them.
  var spared: Set<ObjectName> = []
  private var nights = 0

  /// Whether nothing was reported yet.
  var isEmpty: Bool { nights == 0 }

  /// Takes the next snapshot of four places, as deltas on the latest one where that is possible.
  mutating func take(in repository: Repository) throws {
    let night = nights
    var contents = (0..<3).map { place -> [UInt8] in
      // One place never changes, the others change by a row each night.
      let version = place == 0 ? 0 : night
      let first = [Sample.row(place * 1000 + version, version: version)]
      return Array((first + Sample.rows(place * 1000 + 100..<place * 1000 + 160)).joined())
    }
    // Nothing of the last place is ever needed again, so that a pack dies in part.
    contents.append(Sample.bytes(12_000, seed: UInt64(night)))
    let parent = snapshots.last { $0.ids.count == contents.count && !going.contains($0.name) }
    try take(contents, after: parent, in: repository)
  }

  /// Takes a snapshot that has nothing in common with the others, so that its pack dies with it.
  mutating func takeApart(in repository: Repository) throws {
    try take([Sample.bytes(3000, seed: UInt64(1_000 + nights))], after: nil, in: repository)
  }

  private mutating func take(
    _ contents: [[UInt8]],
    after parent: Snapshot?,
    in repository: Repository
  ) throws {
    nights += 1
    let writer = try repository.beginSnapshot(parent: parent?.name, delta: .always)
    do {
      let encoder = try writer.makeEncoder()
      let ids = try contents.enumerated().map { place, content in
        try encoder.write(content.span, after: parent?.ids[place]).id
      }
      let name = try writer.commit(
        manifest: ids.flatMap(\.bytes),
        at: Sample.time + Double(nights) * 86_400,
        closure: ids
      )
      snapshots.append(Snapshot(name: name, ids: ids, contents: contents))
    } catch {
      // As a backup does: the first error counts.
      try? writer.abandon()
      throw error
    }
  }

  /// Forgets snapshots; those whose removal was begun before are forgotten with them.
  mutating func forget(_ names: [SnapshotName], in repository: Repository) throws {
    going.formUnion(names)
    try repository.forget(going.sorted())
    forgetAll(going)
  }

  private mutating func forgetAll(_ names: Set<SnapshotName>) {
    gone.formUnion(names)
    going.subtract(names)
    snapshots.removeAll { names.contains($0.name) }
  }

  /// Throws unless all that was reported is as it was reported, byte by byte, and a check finds no
  /// damage.
  mutating func expectWhole(in repository: Repository) throws {
    let names = Set(try repository.snapshots())
    if let back = gone.intersection(names).first { throw Loss("\(back) came back") }
    // A collector may act on what it sees as gone.
    forgetAll(going.subtracting(names))
    let reader = try repository.makeReader()
    for snapshot in snapshots {
      guard names.contains(snapshot.name) else { throw Loss("\(snapshot.name) is gone") }
      for (id, content) in zip(snapshot.ids, snapshot.contents) {
        guard try reader.read(id) == content else { throw Loss("\(id) has another content") }
      }
    }
    let report = try repository.check(reading: .all, closure: Sample.closure)
    let findings = report.findings.filter { finding in
      !damaged.contains { $0.text == finding.object }
    }
    guard findings.isEmpty else { throw Loss("\(findings)") }
  }
}

extension CrashScene {
  /// The repository, as a new process opens it.
  func open(_ credential: Credential = .none) throws -> Repository {
    try Repository.open(store, with: credential, clock: clock)
  }

  /// Collects, by whatever is there.
  @discardableResult
  func collect() throws -> CollectReport { try open().collect(closure: Sample.visit) }
}
