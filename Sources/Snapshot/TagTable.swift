public import Repository

/// The tags that snapshots were given after they were taken.
///
/// A record's id says whose tags it changes, so only those that matter are read.
public struct TagTable: Sendable {
  private let repository: Repository
  private let ids: [String: [String]]

  /// Lists the changes.
  public init(of repository: Repository) throws {
    self.repository = repository
    // `<snapshot>-<milliseconds>-<number>`, so that sorted ids are in the order of the changes.
    ids = Dictionary(grouping: try repository.records(kind: .tags)) {
      $0.split(separator: "-").dropLast(2).joined(separator: "-")
    }
  }

  /// The snapshot with the tags that it has now.
  ///
  /// - Throws: What reading a change throws: one that is damaged could be what protects a snapshot.
  public func tagging(_ content: SnapshotContent) throws -> SnapshotContent {
    var content = content
    for id in ids[content.name.text] ?? [] {
      let change = try TagChange(decoding: try repository.record(kind: .tags, id: id), id: id)
      guard change.snapshot == content.name.text else { continue }
      content.manifest.tags = change.applied(to: content.manifest.tags)
    }
    return content
  }

  /// Whether another repository lacks a change of some snapshots.
  public func lacks(_ snapshots: [SnapshotName], in other: Repository) throws -> Bool {
    try !missing(snapshots, in: other).isEmpty
  }

  /// Stores in another repository what it lacks of the changes of some snapshots.
  ///
  /// - Throws: `repository.needs-full-key` where there is something to store and the other
  ///   repository's key may not; what a store throws.
  public func copy(of snapshots: [SnapshotName], to other: Repository) throws {
    for id in try missing(snapshots, in: other) {
      try other.putRecord(kind: .tags, id: id, try repository.record(kind: .tags, id: id))
    }
  }

  private func missing(_ snapshots: [SnapshotName], in other: Repository) throws -> [String] {
    let wanted = snapshots.flatMap { ids[$0.text] ?? [] }
    guard !wanted.isEmpty else { return [] }
    let known = Set(try other.records(kind: .tags))
    return wanted.filter { !known.contains($0) }
  }
}
