public import Catalog
public import Cluster
internal import FoundationEssentials
public import Migration
public import Postgres
internal import Problems
internal import Repository
public import Restoration
public import Snapshot

/// Runs pending patches on a restored snapshot in a private server, as `migrate` would, observed.
public struct RehearsalRun: Sendable {
  /// What a rehearsal is asked to do.
  public struct Options: Sendable {
    /// The role that will migrate production.
    public var migrator: String
    /// The last version to run; all when nil.
    public var target: Version?
    /// Whether patches may run although later ones have.
    public var allowsOutOfOrder = false
    /// The patch that is to be taken back, instead of what is pending being applied.
    public var undoes: Version?
    /// The schema in which patches run, one of many with the same tables; nil for the database.
    public var tenant: String?
    /// The other schemas that are rehearsed in the same run, each by itself.
    public var siblings: [String] = []
    /// What production's ledger says; the snapshot's own ledger when nil.
    public var ledger: Ledger.State?
    /// Connections that restore at the same time.
    public var jobs = 2
    /// Whether undo files are rehearsed too.
    public var rehearsesUndo = true
    /// The directory of PostgreSQL's programs, where they should not be searched for.
    public var binaryDirectory: String?
    /// The version of this program, for the scratch's ledger.
    public var tool = "drydock"
    /// How much of the snapshot's rows is there.
    public var rows = Rows.all
    /// The server on which the scratch is to be, as a superuser of it; nil for one of our own.
    public var server: ConnectionSettings?
    /// Where restored snapshots are kept for the next rehearsals; nil for nowhere.
    public var templates: TemplateCache?
    /// Programs that look at the scratch; they do where patches are applied, not where one is taken back.
    public var hooks = RehearsalHooks()
    /// Told what does not end the rehearsal, such as a template that does not fit.
    public var note: @Sendable (String) -> Void = { _ in }

    /// Options for a migrator.
    public init(migrator: String) { self.migrator = migrator }
  }

  /// How much of a snapshot's rows a rehearsal restores.
  public enum Rows: Sendable, Equatable {
    /// All of them: only then times, locks and failures are those of production.
    case all
    /// About so many of each table, and every row that they refer to.
    case sample(Int)
    /// None: only the definition.
    case none
  }

  /// What came of it.
  public struct Result: Sendable {
    /// What was seen of each patch, in order; a failing one is the last.
    public var patches: [PatchObservation]
    /// What is dangerous in them, in order; what authors accept is among it, with the reason.
    public var findings: [Finding]
    /// The patches that production has and the snapshot has not; they ran first.
    public var caughtUp: [String]
    /// The schema that production must have when it migrates: as backup saw it, caught up.
    public var expected: SchemaFingerprint
    /// What taking each patch back did, by version, as far as that was rehearsed.
    public var reversals: [String: Receipt.Reversal] = [:]
    /// What came of the hooks, in the order in which they ran.
    public var hooks: [HookObservation] = []
    /// How far the scratch was kept away from the machine.
    public var isolation: Isolation
    /// The server that a person named for it, as `host:port`; nil for one of our own.
    public var namedServer: String?
    /// Seconds until the first statement could run.
    public var preparation: Double
    /// Whether the scratch is a copy of one that an earlier rehearsal had filled.
    public var isFromTemplate: Bool

    /// Whether every patch ran.
    public var succeeded: Bool { patches.allSatisfy(\.succeeded) }
  }

  let content: SnapshotContent
  let patches: PatchDirectory
  let options: Options
  let report: @Sendable (RestoreProgress) -> Void

  /// Prepares a rehearsal; nothing is started yet.
  public init(
    on content: SnapshotContent,
    patches: PatchDirectory,
    options: Options,
    progress: @escaping @Sendable (RestoreProgress) -> Void = { _ in }
  ) {
    self.content = content
    self.patches = patches
    self.options = options
    report = progress
  }

  /// Tells what is done now.
  func progress(_ phase: String) { report(RestoreProgress(phase: phase)) }

  /// Rehearses; the scratch is gone when this returns or throws.
  ///
  /// A patch that fails is a result, not an error; a `Problem` is thrown when there can be no
  /// rehearsal at all.
  public func run() async throws -> Result {
    let started = ContinuousClock.now
    try AllowanceCheck.require(patches, applied: options.ledger, undoing: options.undoes)
    if options.server != nil, !options.hooks.isEmpty { throw HookRun.notHere }
    let lane = Lane("drydock.rehearsal")
    let ground = RehearsalGround(of: self)
    let (scratch, isFromTemplate) = try await ground.prepare(lane)
    do {
      let expected = try await lane.run { [content] in try Self.fingerprint(of: content) }
      let preparation = started.secondsAgo
      let runner = Performance.runner(of: self, on: scratch)
      let result = try await withTaskCancellationHandler {
        try await lane.run { [self] in
          var performance = try Performance(of: self, scratch: scratch, expected: expected)
          try performance.run(runner)
          return Result(
            patches: performance.observed,
            findings: HazardReview(performance.evidence).findings
              + HazardReview(performance.undoEvidence.reversed()).findings,
            caughtUp: performance.caughtUp,
            expected: performance.expected,
            reversals: performance.reversals,
            hooks: performance.hookObservations,
            isolation: scratch.isolation,
            namedServer: scratch.namedServer,
            preparation: preparation,
            isFromTemplate: isFromTemplate
          )
        }
      } onCancel: {
        runner.interruption.request()
      }
      // What a cancelled statement left of a patch is no result.
      if Task.isCancelled { try runner.interruption.check() }
      try await lane.run { try scratch.remove() }
      return result
    } catch {
      await ground.abandon(scratch, lane)
      throw error
    }
  }

  private static func fingerprint(of content: SnapshotContent) throws -> SchemaFingerprint {
    let bytes = try content.text(
      content.manifest.definition.fingerprint,
      try content.repository.makeReader()
    )
    return try SchemaFingerprint(decoding: bytes)
  }
}
