internal import ObjectStore
public import Problems
public import Repository
public import Snapshot

/// Copies snapshots of one repository to another that shares its identity.
public struct CopyRun: Sendable {
  /// What became of one snapshot.
  public struct Item: Sendable {
    /// The snapshot, as the source has it.
    public var snapshot: SnapshotContent
    /// What was stored for it, or would be.
    public var copied: CopiedChunks
    /// Why it was not copied: it is damaged in the source.
    public var damage: Problem?
  }

  /// What a run did.
  public struct Result: Sendable {
    /// The snapshots that the target did not have, in the order in which they were copied.
    public var items: [Item] = []
    /// How many of those that were asked for the target had already.
    public var known = 0
    /// What went wrong without harm, such as a lease that stayed behind.
    public var notices: [Problem] = []

    /// Whether every snapshot that was asked for is in the target.
    public var isComplete: Bool { items.allSatisfy { $0.damage == nil } }
  }

  /// How far a run has come.
  public struct Progress: Sendable, Equatable {
    /// The snapshot at hand, from 1.
    public var number: Int
    /// How many there are to copy.
    public var count: Int
    /// Bytes that were stored so far.
    public var bytes: Int
  }

  private let source: Repository
  private let target: Repository?
  private let threads: Int
  private let progress: @Sendable (Progress) -> Void

  /// Prepares a run.
  ///
  /// - Parameters:
  ///   - source: Where the snapshots are.
  ///   - target: Where they are to be; nil for one that does not exist yet, which only a dry run
  ///     can be made for.
  ///   - threads: How many threads open and seal chunks.
  ///   - progress: Hears how far the run has come.
  /// - Throws: `copy.same-repository`, or `copy.other-identity` where the two were made apart.
  public init(
    from source: Repository,
    to target: Repository?,
    threads: Int = 2,
    progress: @escaping @Sendable (Progress) -> Void = { _ in }
  ) throws {
    if let target { try source.checkSharesIdentity(with: target) }
    self.source = source
    self.target = target
    self.threads = max(1, threads)
    self.progress = progress
  }

  /// Copies those of the snapshots that the target does not have.
  ///
  /// - Parameters:
  ///   - snapshots: Which; a parent among them is copied before its children.
  ///   - isDryRun: Whether only to say what would be stored.
  /// - Returns: What was done.
  /// - Throws: What a store throws; what was copied before stays, and is used by the next run.
  ///   Damage in the source is no error, but what became of a snapshot. `copy.no-target` where
  ///   something is to be stored and there is no repository for it.
  public func run(_ snapshots: [SnapshotContent], isDryRun: Bool = false) throws -> Result {
    // Else every snapshot would count as copied.
    guard isDryRun || target != nil else { throw Self.noTarget }
    var there = Set(try target?.snapshots() ?? [])
    let missing = Self.parentsFirst(snapshots).filter { !there.contains($0.name) }
    var result = Result(known: snapshots.count - missing.count)
    var estimate = isDryRun ? try makeEstimate() : nil
    var bytes = 0
    for (number, snapshot) in missing.enumerated() {
      var item = Item(snapshot: snapshot, copied: CopiedChunks())
      // Outside of what finds damage in the source: what is damaged here is the target.
      let writer = try isDryRun ? nil : target?.beginSnapshot(of: snapshot, among: there)
      do {
        let copy = { (stored: Int) in
          progress(Progress(number: number + 1, count: missing.count, bytes: bytes + stored))
        }
        copy(0)
        if isDryRun {
          item.copied = try Self.count(snapshot, &estimate)
        } else if let target, let writer {
          item.copied = try self.copy(snapshot, to: target, writer, &result.notices, copy)
          there.insert(snapshot.name)
        }
      } catch let problem as Problem where problem.kind == .damaged {
        item.damage = problem
      }
      bytes += item.copied.bytes
      result.items.append(item)
    }
    if let target, !isDryRun { try copyTags(of: snapshots, to: target, &result.notices) }
    return result
  }

  /// Tags that snapshots were given later, also those that the target has had for long.
  private func copyTags(
    of snapshots: [SnapshotContent],
    to target: Repository,
    _ notices: inout [Problem]
  ) throws {
    let tags = try TagTable(of: source)
    let there = Set(try target.snapshots())
    let names = snapshots.map(\.name).filter(there.contains)
    guard target.role == .write, try tags.lacks(names, in: target) else {
      return try tags.copy(of: names, to: target)
    }
    notices.append(
      Problem(
        .refused,
        code: "copy.tags",
        "the tags and the protection that snapshots were given later were not copied",
        reason: "the target's key slot has role write",
        hint: "Copy once with a full key of the target."
      )
    )
  }

  private static let noTarget = Problem(
    .usage,
    code: "copy.no-target",
    "there is no repository to copy to",
    hint: "Name one with --to; --init makes it."
  )

  private func makeEstimate() throws -> MissingChunks {
    guard let target else { return try MissingChunks(of: source) }
    return try MissingChunks(in: target, of: source)
  }

  private static func count(
    _ snapshot: SnapshotContent,
    _ estimate: inout MissingChunks?
  ) throws -> CopiedChunks {
    var copied = CopiedChunks()
    try snapshot.manifest.visitChunks(try snapshot.repository.makeReader()) { id, _ in
      if let chunks = try estimate?.add(id) { copied.add(chunks) }
    }
    return copied
  }

  private func copy(
    _ snapshot: SnapshotContent,
    to target: Repository,
    _ writer: SnapshotWriter,
    _ notices: inout [Problem],
    _ note: (Int) -> Void
  ) throws -> CopiedChunks {
    do {
      let manifest = try source.manifest(of: snapshot.name)
      let copied = try copyChunks(of: snapshot, writer, note)
      let reader = try source.makeReader()
      try writer.commit(manifest: manifest, as: snapshot.name) { need in
        try snapshot.manifest.visitChunks(reader) { id, _ in try need(id) }
      }
      notices += writer.notices
      return copied
    } catch let problem as Problem where problem.code == StoreProblem.existsCode {
      try writer.abandon()
      // Another copy was faster; what it wrote is this snapshot, or the name is taken by another.
      guard try target.manifest(of: snapshot.name) == source.manifest(of: snapshot.name) else {
        throw problem
      }
      return CopiedChunks()
    } catch {
      // The error that stopped the copy is the one to report; a lease expires by itself.
      try? writer.abandon()
      throw error
    }
  }

  private func copyChunks(
    of snapshot: SnapshotContent,
    _ writer: SnapshotWriter,
    _ note: (Int) -> Void
  ) throws -> CopiedChunks {
    let crew = CopyCrew(from: source, to: writer, threads: threads)
    do {
      try snapshot.manifest.visitChunks(try source.makeReader()) { id, kind in
        try Task.checkCancellation()
        try writer.renewIfDue()
        guard try !writer.holds(id) else { return }
        try crew.add(id, kind)
        note(crew.copied.bytes)
      }
      return try crew.finish()
    } catch {
      crew.stop()
      throw error
    }
  }

  /// The snapshots in their order, but none before its parent.
  static func parentsFirst(_ snapshots: [SnapshotContent]) -> [SnapshotContent] {
    let names = Dictionary(
      snapshots.enumerated().map { ($1.name.text, $0) },
      uniquingKeysWith: { first, _ in first }
    )
    var isDone = Array(repeating: false, count: snapshots.count)
    var ordered: [SnapshotContent] = []
    for start in snapshots.indices {
      // The line of ancestors that are still to come, the youngest first. What is marked at once
      // cannot come again, so a circle of parents ends too.
      var line: [Int] = []
      var next: Int? = start
      while let index = next, !isDone[index] {
        isDone[index] = true
        line.append(index)
        next = snapshots[index].manifest.parent.flatMap { names[$0] }
      }
      ordered += line.reversed().map { snapshots[$0] }
    }
    return ordered
  }
}

extension Repository {
  /// Names the parent where the copy is, too: a lease on one that is not would look like a backup
  /// whose parent was forgotten, and keep collectors from working.
  fileprivate func beginSnapshot(
    of snapshot: SnapshotContent,
    among copies: Set<SnapshotName>
  ) throws -> SnapshotWriter {
    let parent = snapshot.manifest.parent.flatMap { SnapshotName($0) }
    let isHere = parent.map(copies.contains) ?? false
    return try beginSnapshot(parent: isHere ? parent : nil, delta: .never)
  }
}
