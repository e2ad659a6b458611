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
  /// Takes a patch back, if the rehearsal of that very patch also rehearsed this undo file.
  func undo(_ version: Version?) async throws -> PatchOutcome {
    let state = try await context.ledger(of: settings)
    let event = version.map { state[$0] } ?? state.applied.max { $0.position < $1.position }
    let receipt = try exemption == nil ? undoReceipt(event) : nil
    let runner = Runner(settings, options(receipt))
    return try await runner.onOwnLane { [directory] runner in
      try runner.hold { try $0.undo(directory, version) }
    }
  }

  private func undoReceipt(_ event: Ledger.Event?) throws -> Receipt? {
    guard let event, let patch = directory[event.version] else { return nil }
    let fitting = receipts.first { receipt in
      receipt.id == event.receipt
        && receipt.patches.contains {
          $0.version == "\(event.version)" && $0.undoHash == patch.undo?.identity.exact
            && $0.undoHash != nil
        }
    }
    if let fitting { return fitting }
    throw Problem(
      .refused,
      code: "undo.not-rehearsed",
      "the undo file of \(patch.file) was not rehearsed as it is now; nothing was run",
      hint: "A rehearsal of the patch rehearses its undo file too; --without-receipt --because"
        + " 'why' runs it all the same."
    )
  }
}
