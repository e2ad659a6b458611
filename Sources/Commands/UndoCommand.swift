public import Arguments
internal import Migration
internal import Postgres
internal import Problems
internal import Rehearsal
internal import Reports

/// Takes a patch back by its undo file.
public struct UndoCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "undo"
  /// One sentence.
  public static let summary = "Take patches back by their undo files, if those were rehearsed."
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock undo --database shop --patches migrations", "Take the last patch back."),
    Example("drydock undo --to 0007 --database shop", "Take back all that came after patch 0007."),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// What is changed, and why without a receipt.
  public var migration = MigrationOptions()
  /// Which version; the last applied when nil.
  public var version: String?
  /// The version that stays the last; all later ones are taken back.
  public var target: String?

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    option("--version", \.version, value: "VERSION", "The patch to take back (default the last).")
    option("--to", \.target, value: "VERSION", "Take back all patches after this one; 0 for all.")
    group(\.migration)
    group(\.shared)
  }

  /// Takes them back.
  public func run(in context: Context) async throws -> ExitStatus {
    let version = try version.map { try PatchVersion.read($0) }
    let target = try target.map { try PatchVersion.read($0) }
    guard version == nil || target == nil else {
      throw Problem(
        .usage,
        code: "usage.undo",
        "--version takes back one patch, --to all that came later: give one of them"
      )
    }
    return try await migration.runEach(in: context) { session in
      guard let target else { return [try await session.undo(version)] }
      return try await session.undo(downTo: target)
    }
  }
}

extension MigrationSession {
  /// Takes a patch back under a receipt that covers the way back: that of the rehearsal under which
  /// it was applied, or of a rehearsal of its undo file (docs/decisions/0030).
  func undo(_ version: Version?) async throws -> PatchOutcome {
    if let exemption {
      context.warn("taking a patch back on \(settings) without a rehearsal: \(exemption)")
    }
    let receipt = exemption == nil ? try await undoReceipt(version) : nil
    let runner = Runner(settings, options(receipt))
    return try await runner.onOwnLane { [self] runner in
      try runner.hold { held in
        let patches = [Self.patch(version, directory, held.state)].compactMap { $0 }
        try requireStillFitting(receipt, .down, patches)
        return try held.undo(
          directory,
          version,
          observer: receipt.map { ReceiptObserver($0, .down, in: held.state) }
        )
      }
    }
  }

  /// Takes back all that was applied after a version, the last in time first.
  ///
  /// Nothing is begun unless each of them has its way back and, where one is needed, a receipt that
  /// may cover it; each is held against the database in its turn.
  func undo(downTo target: Version) async throws -> [PatchOutcome] {
    let state = try await context.ledger(of: settings, tenant: tenant)
    let versions = state.undoable.map(\.version).filter { $0 > target }
    let runner = Runner(settings, options(nil))
    try await runner.onOwnLane { [directory] runner in
      try runner.hold { try $0.requireUndoable(directory, versions) }
    }
    if exemption == nil {
      let live = try await liveDatabase()
      for patch in versions.compactMap({ directory[$0] })
      where !receipts.contains(where: { $0.isCandidate(live, tenant, .down, [patch]) }) {
        throw Self.noReceipt(.down, [patch])
      }
    }
    var outcomes: [PatchOutcome] = []
    for version in versions {
      do {
        outcomes.append(try await undo(version))
      } catch let problem as Problem where !outcomes.isEmpty {
        throw Self.stopped(problem, after: outcomes)
      }
    }
    return outcomes
  }

  /// What ended a run of several patches when some had come through: those stay so.
  static func stopped(
    _ problem: Problem,
    after outcomes: [PatchOutcome],
    _ fact: String = "taken back before"
  ) -> Problem {
    var partial = problem
    if partial.kind != .interrupted { partial.kind = .partial }
    partial.facts += outcomes.map { Problem.Fact(fact, $0.name) }
    return partial
  }

  /// The receipt that fits; nil where nothing can be taken back, which the runner explains.
  private func undoReceipt(_ version: Version?) async throws -> Receipt? {
    let live = try await liveDatabase()
    guard let patch = Self.patch(version, directory, live.ledger), patch.undo != nil else {
      return nil
    }
    return try receipt(for: live, .down, [patch])
  }

  /// The patch of a version that is applied, or the last that was.
  private static func patch(
    _ version: Version?,
    _ directory: PatchDirectory,
    _ state: Ledger.State
  ) -> Patch? {
    (version.map { state[$0] } ?? state.undoable.first).flatMap { directory[$0.version] }
  }
}
