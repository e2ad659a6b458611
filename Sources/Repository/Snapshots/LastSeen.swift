internal import Files
internal import ObjectStore
public import Problems

/// What this machine remembers of a repository: the newest snapshot that it has seen.
///
/// All objects of an older state of a repository are genuine, so only somebody who remembers can
/// tell that it was put back. The record is one line of text in the local cache.
struct LastSeen {
  static let name = "last-seen"

  let directory: String

  private var path: String { "\(directory)/\(Self.name)" }

  /// The snapshot; nil when there is no record that can be understood.
  func read() throws -> SnapshotName? {
    do {
      return Self.snapshot(in: try ReadableFile.contents(of: path))
    } catch let problem as Problem where problem.code == "files.not-found" {
      return nil
    }
  }

  /// The snapshot that a record names; nil for what is none.
  static func snapshot(in bytes: [UInt8]) -> SnapshotName? {
    let text = String(decoding: bytes, as: UTF8.self)
    return text.hasSuffix("\n") ? SnapshotName(String(text.dropLast())) : nil
  }

  /// Remembers a snapshot instead of the one before.
  func write(_ snapshot: SnapshotName) throws {
    try Directory.create(directory)
    let line = Array("\(snapshot)\n".utf8)
    try AtomicFile.write(line, to: path, collision: .replace, durability: .fast)
  }

  /// Remembers nothing.
  func clear() throws {
    do {
      try Directory.removeFile(path)
    } catch let problem as Problem where problem.code == "files.not-found" {
      return
    }
  }
}

extension Repository {
  /// Compares the snapshots with what this machine has seen before, and remembers the newest.
  ///
  /// - Returns: A warning when the newest snapshot that was seen is gone and none is newer: the
  ///   repository was perhaps put back to an older state. It comes again until a newer snapshot is
  ///   there. Nil otherwise, and where nothing is kept on this machine.
  /// - Throws: What the store or the local disk throws.
  public func noticeRollback() throws -> Problem? {
    guard let localDirectory else { return nil }
    let record = LastSeen(directory: localDirectory)
    // The record first: what another process sees and records after the list was made would be
    // missing in it.
    let seen = try record.read()
    let names = try snapshots()
    if let seen, !names.contains(seen), names.last.map({ $0 < seen }) ?? true {
      return rolledBack(from: seen, to: names.last)
    }
    if let newest = names.last, newest != seen { try record.write(newest) }
    return nil
  }

  /// Takes a removal of snapshots on purpose into the record, so that nobody is warned of it.
  ///
  /// The record then names the newest of those that were to stay: whoever removes that one, also at
  /// the same moment, is noticed. A record of another snapshot stays as it is.
  ///
  /// - Parameters:
  ///   - forgotten: What was to be removed; those of them that are still there do not count.
  ///   - known: All snapshots of which that was decided.
  /// - Throws: What the store or the local disk throws.
  public func rememberRemoval(of forgotten: [SnapshotName], among known: [SnapshotName]) throws {
    guard let localDirectory else { return }
    let record = LastSeen(directory: localDirectory)
    guard let seen = try record.read(), forgotten.contains(seen),
      try !snapshots().contains(seen)
    else { return }
    let left = Set(known).subtracting(forgotten)
    if let newest = left.max() { try record.write(newest) } else { try record.clear() }
  }

  private func rolledBack(from seen: SnapshotName, to newest: SnapshotName?) -> Problem {
    Problem(
      .damaged,
      code: "repository.rolled-back",
      "the newest snapshot that this machine has seen in \(store.location) is gone",
      reason: "\(seen) was there, and now "
        + (newest.map { "the newest is \($0)" } ?? "there is none at all"),
      facts: [.init("snapshot", seen.text), .init("repository", store.location)],
      hint: "If nobody has removed it on purpose, the repository was put back to an older state: "
        + "look at the store's own history before you rely on it."
    )
  }
}
