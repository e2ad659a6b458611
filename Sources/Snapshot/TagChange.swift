internal import FoundationEssentials
internal import Problems
public import Repository

/// What was attached to a snapshot, or taken from it, after it was taken.
///
/// A manifest is never changed, so each change is a record of its own; docs/format.md, Tags.
public struct TagChange: Codable, Sendable, Equatable {
  /// The version of this description.
  var version = 1
  /// The snapshot's name.
  let snapshot: String
  /// Names and values that are attached; each takes the place of a value that was there.
  let attached: [String: String]
  /// Names that are taken away.
  let removed: [String]

  /// Makes a change.
  ///
  /// - Parameters:
  ///   - snapshot: Whose tags change.
  ///   - attached: Names and values that are attached.
  ///   - removed: Names that are taken away.
  public init(
    of snapshot: SnapshotName,
    attaching attached: [String: String],
    removing removed: [String]
  ) {
    self.snapshot = snapshot.text
    self.attached = attached
    self.removed = removed.sorted()
  }

  /// Stores the change; the snapshot has the tags from then on, for everybody.
  ///
  /// - Throws: `repository.needs-full-key`; what the store throws.
  public func put(into repository: Repository) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let milliseconds = Int((Date().timeIntervalSince1970 * 1000).rounded(.down))
    let id = "\(snapshot)-\(milliseconds)-\(UInt32.random(in: .min ... .max))"
    try repository.putRecord(kind: .tags, id: id, Array(try encoder.encode(self)))
  }

  /// Reads a change; a `Problem` of kind `damaged` where the bytes are none.
  init(decoding bytes: [UInt8], id: String) throws {
    if let change = try? JSONDecoder().decode(Self.self, from: Data(bytes)), change.version == 1 {
      self = change
      return
    }
    throw Problem(
      .damaged,
      code: "snapshot.tags",
      "the change of tags \(id) cannot be read",
      reason: "it opens, but it is not of a version that this program knows",
      hint: "Use the version of drydock that wrote it, or a newer one."
    )
  }

  /// The tags after this change.
  func applied(to tags: [String: String]) -> [String: String] {
    tags.filter { !removed.contains($0.key) }.merging(attached) { _, new in new }
  }
}
