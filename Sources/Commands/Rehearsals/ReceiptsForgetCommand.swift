public import Arguments
internal import FoundationEssentials
internal import Postgres
internal import Problems
internal import Rehearsal
internal import Repository

/// Removes receipts that expired long ago.
public struct ReceiptsForgetCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "forget"
  /// One sentence.
  public static let summary = "Remove receipts that expired long ago, with their revocations."
  /// What a person must know before.
  public static let discussion = """
    A receipt that was used expires as well, so its age counts from there. Receipts that are still \
    good stay, and so do those that nobody who is trusted here signed. The ledger of each database \
    keeps under which receipt a patch ran, whether the receipt is still there or not.
    """
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock receipts forget --dry-run", "Show what expired more than 90 days ago."),
    Example("drydock receipts forget --older-than 366d", "Keep a year for the auditors."),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// Whether nothing is removed.
  public var isDryRun = false
  /// How long they must have been worth nothing.
  public var age: Duration = .seconds(90 * 86_400)

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    flag("--dry-run", \.isDryRun, "Show what would be removed.")
    option("--older-than", \.age, value: "TIME", "For how long they must have been expired.")
    group(\.shared)
  }

  /// Removes them.
  public func run(in context: Context) async throws -> ExitStatus {
    guard age >= .seconds(86_400) else {
      throw Problem(
        .usage,
        code: "usage.receipt-age",
        "--older-than must be a day or more",
        hint: "What expired today is what people ask about today."
      )
    }
    let repository = try await context.openRepository()
    try repository.requireFullKey(for: "forgetting receipts")
    let (keys, store) = try await context.receiptTrust()
    let moment = Int(Date().timeIntervalSince1970) - Int(age / .seconds(1))
    let isDryRun = isDryRun
    if !isDryRun { try repository.checkMayRemove() }
    let report = try await Lane("drydock.receipts").run {
      let plan = try ReceiptForgetting(in: store, trusting: keys, expiredBefore: moment)
      if !isDryRun { try plan.run(in: repository) }
      return plan.report(isDryRun: isDryRun)
    }
    context.show(report)
    return .done
  }
}
