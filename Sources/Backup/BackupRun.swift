internal import Catalog
internal import Cluster
internal import FoundationEssentials
public import Postgres
internal import Problems
public import Repository
public import Snapshot

/// Takes one snapshot: horizon, one proven instant, changed pages on several connections, manifest,
/// commit.
///
/// Memory does not grow with the database: every worker holds one row and one piece of a stripe.
public struct BackupRun: Sendable {
  /// A snapshot that was taken.
  public struct Result: Sendable {
    /// Its name in the repository.
    public var snapshot: SnapshotName
    /// What it says.
    public var manifest: Manifest
    /// Why the next snapshot, or this one, had to read more than what changed.
    public var notices: [String] = []
    /// What is wrong with the parent snapshot; this one is whole.
    public var warnings: [String] = []
    /// Tables whose pages were not what the parent snapshot claims, though they had not changed.
    public var alarms: [Alarm] = []
  }

  /// A full read found what reading changed pages only had missed.
  public struct Alarm: Sendable, Equatable {
    /// The table.
    public var table: String
    /// The pages that differ.
    public var pages: [Int]
  }

  /// What came of one attempt.
  private enum Outcome {
    case done(Result)
    /// Types changed meanwhile: rows may mix both states.
    case typesMoved
    /// What the parent snapshot should hold is missing in the repository.
    case parentBroken(String)
  }

  let settings: ConnectionSettings
  let repository: Repository
  let options: BackupOptions
  let progress: @Sendable (BackupProgress) -> Void
  /// Called when an instant is open and before anything else is read: a test's way to come between.
  var onOpening: (@Sendable () async throws -> Void)?
  /// Called when all rows have been read, with the exported snapshot: a test's way to see the same.
  ///
  /// Not earlier, for a test that reads lifts the LSNs of pages whose changes are looked for.
  var onRowsRead: (@Sendable (_ snapshotID: String) async throws -> Void)?

  private static let attempts = 3

  /// Prepares a backup; nothing is opened yet.
  public init(
    of settings: ConnectionSettings,
    into repository: Repository,
    options: BackupOptions,
    progress: @escaping @Sendable (BackupProgress) -> Void = { _ in }
  ) {
    self.settings = settings
    self.repository = repository
    self.options = options
    self.progress = progress
  }

  /// Takes the snapshot.
  ///
  /// Throws a `Problem`; what was written until then is garbage that the next collection removes,
  /// never a snapshot.
  public func run() async throws -> Result {
    let started = ContinuousClock.now
    let holder = try await openSession()
    defer { Task { await holder.close() } }
    do {
      var broken: String?
      var moves = 0
      while moves < Self.attempts {
        switch try await attempt(holder, started, withoutParent: broken) {
        case .done(let result): return result
        case .typesMoved: moves += 1
        // Once at the most: after that there is no parent to blame.
        case .parentBroken(let reason): broken = reason
        }
      }
    } catch let error as PostgresError {
      throw error.problem("the backup of \(settings) failed")
    }
    throw Problem(
      .busy,
      code: "backup.types-move",
      "types were changed during each of \(Self.attempts) attempts to take a snapshot",
      reason: "an enum, a composite type, a domain or an extension was altered meanwhile",
      hint: "Run the backup again when the migration has ended.",
      isRetryable: true
    )
  }

  private func openSession() async throws -> Session {
    let session = try await Session.opening(settings)
    do {
      try await session.run { try $0.freeFromSettings() }
      return session
    } catch let error as PostgresError {
      throw error.problem("cannot connect to \(settings)")
    }
  }

  /// One attempt; a parent that turned out to be broken is left alone.
  private func attempt(
    _ holder: Session,
    _ started: ContinuousClock.Instant,
    withoutParent broken: String?
  ) async throws -> Outcome {
    let choice = broken == nil ? try await findParent(holder) : Parent.Choice()
    let parent = choice.parent
    // The lease names the parent, whose chunks this snapshot relies on without holding them.
    let writer = try repository.beginSnapshot(parent: parent?.name, delta: options.delta)
    do {
      report("waiting for locks", 0, 0, 0)
      let opening = try await open(holder, choice)
      try await onOpening?()
      async let definition = readDefinition(opening, writer)
      let reading = try await readRows(holder, opening, writer)
      let asked = try await askQuestions(opening)
      let rest = try await readRest(holder, opening, writer, reading)
      try await onRowsRead?(opening.read.snapshotID)
      var manifest = try await Assembly(
        opening: opening,
        reading: reading,
        definition: definition,
        rest: rest,
        options: options
      ).manifest(encoder: try writer.makeEncoder())
      manifest.answers = asked.text
      let changed = try await typesChanged(opening)
      _ = try await holder.run { try $0.execute("ROLLBACK") }
      guard !changed else {
        try writer.abandon()
        return .typesMoved
      }
      manifest.totals.seconds = started.secondsAgo
      report("committing", 0, 0, manifest.totals.rows)
      let name = try commit(manifest, writer)
      return .done(
        Result(
          snapshot: name,
          manifest: manifest,
          notices: (choice.notice.map { [$0] } ?? []) + opening.history.notices,
          warnings: choice.warnings + (broken.map { [$0] } ?? []) + reading.warnings
            + writer.notices.map(\.summary) + asked.refusals,
          alarms: reading.alarms
        )
      )
    } catch let problem as Problem where Self.blamesParent(problem, parent) {
      try? writer.abandon()
      _ = try? await holder.run { try $0.execute("ROLLBACK") }
      return .parentBroken(
        "snapshot \(parent?.name.description ?? "") is damaged, so everything was read: "
          + (problem.reason ?? problem.summary)
      )
    } catch {
      // The error that stopped the backup is the one to report; a lease expires by itself.
      try? writer.abandon()
      throw error
    }
  }

  /// Whether a snapshot could not be completed because its parent is not whole.
  ///
  /// Before the commit only: what is missing after it, has gone missing just now.
  private static func blamesParent(_ problem: Problem, _ parent: Parent?) -> Bool {
    parent != nil && problem.kind == .damaged
      && !problem.facts.contains { $0.name == "snapshot" }
  }

  func report(_ phase: String, _ bytes: Int, _ total: Int, _ rows: Int) {
    progress(BackupProgress(phase: phase, bytes: bytes, totalBytes: total, rows: rows))
  }
}
