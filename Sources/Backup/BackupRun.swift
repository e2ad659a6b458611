internal import Catalog
internal import Cluster
internal import Digests
internal import Foundation
public import Postgres
internal import Problems
public import Repository
public import Snapshot
private import Synchronization

/// Takes one snapshot: plan, one proven instant, rows on several connections, manifest, commit.
///
/// Memory does not grow with the database: every worker holds one row and one piece of a stripe.
public struct BackupRun: Sendable {
  /// A snapshot that was taken.
  public struct Result: Sendable {
    /// Its name in the repository.
    public var snapshot: SnapshotName
    /// What it says.
    public var manifest: Manifest
  }

  let settings: ConnectionSettings
  let repository: Repository
  let options: BackupOptions
  let progress: @Sendable (BackupProgress) -> Void
  /// Called at each instant that is opened, with its exported snapshot: a test's way to see the same.
  var onInstant: (@Sendable (_ snapshotID: String) async throws -> Void)?

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
      for _ in 0..<Self.attempts {
        if let result = try await attempt(holder: holder, started: started) { return result }
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
    do {
      return try await Session.open(settings)
    } catch let error as PostgresError {
      throw error.problem("cannot connect to \(settings)")
    }
  }

  /// One attempt; nil when types changed meanwhile and all must be read again.
  private func attempt(holder: Session, started: ContinuousClock.Instant) async throws -> Result? {
    let writer = try repository.beginSnapshot(parent: nil)
    do {
      report("waiting for locks", 0, 0, 0)
      let opening = try await open(holder)
      try await onInstant?(opening.read.snapshotID)
      let reading = Reading(plan: opening.plan)
      let workers = Workers(
        settings: settings,
        writer: writer,
        opening: opening,
        reading: reading,
        options: options,
        seed: repository.digestSeed,
        progress: progress
      )
      async let definition = readDefinition(opening, writer)
      try await workers.run(holder: holder)
      let rest = try await readRest(holder, opening, writer, reading)
      let encoder = try writer.makeEncoder()
      var manifest = try Assembly(
        opening: opening,
        reading: reading,
        definition: try await definition,
        rest: rest,
        options: options,
        parent: try newest(of: opening.database)
      ).manifest(store: {
        try encoder.write($0.span, kind: .list, level: options.compressionLevel).id
      })
      let changed = try await typesChanged(opening)
      _ = try await holder.run { try $0.execute("ROLLBACK") }
      guard !changed else {
        try writer.abandon()
        return nil
      }
      manifest.totals.seconds = started.secondsAgo
      report("committing", 0, 0, manifest.totals.rows)
      return try commit(manifest, writer, reading)
    } catch {
      // The error that stopped the backup is the one to report; a lease expires by itself.
      try? writer.abandon()
      throw error
    }
  }

  private func report(_ phase: String, _ bytes: Int, _ total: Int, _ rows: Int) {
    progress(BackupProgress(phase: phase, bytes: bytes, totalBytes: total, rows: rows))
  }
}
