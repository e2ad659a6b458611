public import Arguments
internal import Migration
internal import Postgres
internal import Problems
internal import Rehearsal
internal import Repository

/// The options of commands that change a database under a receipt.
public struct MigrationOptions: ArgumentGroup, Equatable {
  /// The option that names the database.
  public var databaseOptions = DatabaseOptions()
  /// Where the patches are.
  public var patchOptions = PatchOptions()
  /// The option that names the policy.
  public var policyOptions = PolicyOptions()
  /// A receipt in a file.
  public var receipt: String?
  /// Whether no receipt is needed.
  public var isWithoutReceipt = false
  /// Why none is needed.
  public var reason: String?
  /// The commit of the checkout.
  public var gitSHA: String?

  /// Makes the options with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    option(
      "--receipt",
      \.receipt,
      value: "FILE",
      "The receipt; without it, the repository is searched. Revocations are known only where"
        + " --repository says.",
      completion: .file
    )
    flag("--without-receipt", \.isWithoutReceipt, "Run without a rehearsal; needs --because.")
    option("--because", \.reason, value: "TEXT", "Why no rehearsal is needed; it is recorded.")
    option("--git", \.gitSHA, value: "SHA", "The commit of the checkout, for the ledger.")
    group(\.databaseOptions)
    group(\.patchOptions)
    group(\.policyOptions)
  }

  /// The session that they describe.
  func session(in context: Context) async throws -> MigrationSession {
    if isWithoutReceipt, reason?.isEmpty ?? true {
      throw Problem(
        .usage,
        code: "usage.no-reason",
        "--without-receipt needs a reason",
        hint: "Give --because 'why this cannot wait for a rehearsal'; the ledger keeps it."
      )
    }
    let shelf = isWithoutReceipt ? ReceiptShelf() : try await shelf(in: context)
    return MigrationSession(
      settings: try databaseOptions.explicit(in: context),
      directory: try patchOptions.read(in: context),
      receipts: shelf.receipts.map(\.receipt),
      isReceiptGiven: receipt != nil,
      revocations: shelf.revocations,
      policy: isWithoutReceipt ? nil : try policyOptions.read(in: context),
      exemption: isWithoutReceipt ? reason : nil,
      gitSHA: gitSHA,
      context: context
    )
  }

  /// The receipts to choose from, newest first, and what is known to be revoked.
  private func shelf(in context: Context) async throws -> ReceiptShelf {
    guard let receipt else { return try await context.receiptShelf() }
    let path = receipt.hasPrefix("/") ? receipt : "\(context.world.directory)/\(receipt)"
    return try await context.receiptShelf(of: path)
  }
}
