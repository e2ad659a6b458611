import Foundation
import ObjectStore

@testable import Repository

/// Contents and repositories to test with.
enum Sample {
  static let time = Date(timeIntervalSince1970: 1_769_903_999.123)

  /// Bytes that compress by about a half, the same for the same seed.
  static func bytes(_ count: Int, seed: UInt64) -> [UInt8] {
    var state = seed &+ 0x9E37_79B9_7F4A_7C15
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 60)
    }
  }

  /// A repository without encryption that holds one snapshot over a few chunks.
  static func repository(
    chunks: Int = 5
  ) throws -> (store: MemoryStore, snapshot: SnapshotName, ids: [ChunkID]) {
    let store = MemoryStore()
    let repository = try Repository.create(in: store, encryption: .none)
    let (snapshot, ids) = try addSnapshot(to: repository, chunks: chunks, seed: 100)
    return (store, snapshot, ids)
  }

  @discardableResult
  static func addSnapshot(
    to repository: Repository,
    chunks: Int,
    seed: UInt64
  ) throws -> (SnapshotName, [ChunkID]) {
    let writer = try repository.beginSnapshot(parent: nil)
    let encoder = try writer.makeEncoder()
    let ids = try (0..<chunks).map { number in
      try encoder.write(bytes(3000, seed: seed + UInt64(number)).span, kind: .data, level: 1).id
    }
    let manifest = ids.flatMap(\.bytes)
    return (try writer.commit(manifest: manifest, at: time, closure: ids), ids)
  }

  /// The closure of a snapshot made by ``addSnapshot(to:chunks:seed:)``.
  static func closure(_ snapshot: SnapshotName, _ manifest: [UInt8]) -> [ChunkID] {
    stride(from: 0, to: manifest.count, by: 32).compactMap { ChunkID(manifest[$0..<$0 + 32]) }
  }
}

extension Repository {
  /// A check of snapshots whose manifests are closures, such as ``Sample`` makes.
  func check(
    reading sample: PackSample? = nil,
    closure: (SnapshotName, [UInt8]) throws -> [ChunkID]
  ) throws -> CheckReport {
    try check(reading: sample) { snapshot, manifest, chunks in
      let ids = try closure(snapshot, manifest)
      let lost = try ids.filter { try !chunks.contains($0) }
      guard let first = lost.first else { return nil }
      return "\(lost.count) of its \(ids.count) chunks are missing or damaged, such as \(first)"
    }
  }
}
