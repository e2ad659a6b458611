import ObjectStore
import Problems

@testable import Repository

/// One place, such as a stripe, whose content changes from snapshot to snapshot.
struct Place {
  let repository: Repository
  private(set) var parent: SnapshotName?
  /// The chunk of every snapshot so far.
  private(set) var ids: [ChunkID] = []
  /// The content of every snapshot so far.
  private(set) var contents: [[UInt8]] = []

  init(_ repository: Repository) {
    self.repository = repository
  }

  /// Takes a snapshot of the place with this content, after its latest one.
  @discardableResult
  mutating func take(
    _ content: [UInt8],
    delta: DeltaPolicy = .auto,
    level: Int = 3
  ) throws -> (written: WrittenChunk, notices: [String]) {
    let writer = try repository.beginSnapshot(parent: parent, delta: delta)
    let written = try writer.makeEncoder().write(content.span, level: level, after: ids.last)
    parent = try writer.commit(manifest: written.id.bytes, at: Sample.time, closure: [written.id])
    ids.append(written.id)
    contents.append(content)
    return (written, writer.notices.map(\.code))
  }

  /// The instance of the latest content that a reader tries first.
  func latest() throws -> Instance? {
    guard let id = ids.last else { return nil }
    return try repository.index.refreshed().locations(of: id).first?.instance
  }

  /// Whether a fresh reader gives back every content, the latest first.
  func isWhole(in store: any ObjectStore) throws -> Bool {
    let reader = try Repository.open(store, passphrase: nil).makeReader()
    return try zip(ids, contents).reversed().allSatisfy { try reader.read($0.0) == $0.1 }
  }
}

extension Sample {
  /// Text rows as COPY writes them: a number, a name, an amount and a state, about 60 bytes each.
  static func rows(_ range: Range<Int>, version: Int = 0) -> [[UInt8]] {
    range.map { row($0, version: version) }
  }

  static func row(_ number: Int, version: Int) -> [UInt8] {
    let mix = UInt64(number) &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(version) &* 0xC2B2_AE3D_27D4_EB4F
    let name = String(mix &* mix, radix: 36)
    let amount = mix >> 40
    return Array("\(number)\tcustomer \(name)\t\(amount).\(mix % 100)\tactive\t\\N\n".utf8)
  }
}
