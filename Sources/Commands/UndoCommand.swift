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
  public static let summary = "Take the last patch back by its undo file, if that was rehearsed."
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock undo --database shop --patches migrations", "Take the last patch back.")
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// What is changed, and why without a receipt.
  public var migration = MigrationOptions()
  /// Which version; the last applied when nil.
  public var version: String?

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    option("--version", \.version, value: "VERSION", "The patch to take back (default the last).")
    group(\.migration)
    group(\.shared)
  }

  /// Takes it back.
  public func run(in context: Context) async throws -> ExitStatus {
    let version = try version.map { try PatchVersion.read($0) }
    let session = try await migration.session(in: context)
    let outcome = try await session.undo(version)
    context.show(session.report([outcome]))
    return .done
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

  /// The receipt that fits; nil where nothing can be taken back, which the runner explains.
  private func undoReceipt(_ version: Version?) async throws -> Receipt? {
    let live = try await Lane("drydock.live").run { [settings] in
      do {
        return try LiveDatabase.read(try Connection.open(settings))
      } catch let error as PostgresError {
        throw error.problem("cannot look at \(settings)")
      }
    }
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
    let last = state.applied.max { $0.position < $1.position }
    return (version.map { state[$0] } ?? last).flatMap { directory[$0.version] }
  }
}
