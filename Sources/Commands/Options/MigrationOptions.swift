public import Arguments
internal import FoundationEssentials
internal import Migration
internal import Postgres
internal import Problems
internal import Rehearsal
internal import Repository

/// The options of commands that change a database under a receipt.
public struct MigrationOptions: ArgumentGroup, Equatable {
  /// The databases, one or many.
  public var tenants = TenantOptions()
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
    group(\.tenants)
    group(\.patchOptions)
    group(\.policyOptions)
  }

  /// Runs an operation on each database or schema that is named, and shows what came of it.
  ///
  /// For a single one, its own report; for many, a line for each.
  func runEach(
    _ direction: Receipt.Direction,
    in context: Context,
    _ body: (MigrationSession) async throws -> [PatchOutcome]
  ) async throws -> ExitStatus {
    let all = try await tenants.read(in: context)
    let directory = try patchOptions.read(in: context)
    let shelf = try await usableReceipts(in: context)
    let policy = isWithoutReceipt ? nil : try policyOptions.read(in: context)
    let session = { (tenant: Tenant) in
      MigrationSession(
        settings: tenant.settings,
        directory: directory,
        receipts: shelf.receipts.map(\.receipt),
        isReceiptGiven: receipt != nil,
        revocations: shelf.revocations,
        policy: policy,
        exemption: isWithoutReceipt ? reason : nil,
        gitSHA: gitSHA,
        context: context,
        tenant: tenant.schema
      )
    }
    if all.count == 1, tenants.isSingle {
      let one = session(all[0])
      context.showToWorkflow(one.report(direction, try await body(one)))
      return .done
    }
    var run = TenantRun(direction, stopsAtFailure: tenants.stopsAtFailure)
    for tenant in all {
      await run.add(tenant) { try await body(session(tenant)) }
    }
    context.showToWorkflow(run.report)
    return run.status
  }

  /// The receipts to choose from; none where none is needed.
  private func usableReceipts(in context: Context) async throws -> ReceiptShelf {
    if isWithoutReceipt, reason?.isEmpty ?? true {
      throw Problem(
        .usage,
        code: "usage.no-reason",
        "--without-receipt needs a reason",
        hint: "Give --because 'why this cannot wait for a rehearsal'; the ledger keeps it."
      )
    }
    return isWithoutReceipt ? ReceiptShelf() : try await shelf(in: context)
  }

  /// The receipts to choose from, newest first, and what is known to be revoked.
  private func shelf(in context: Context) async throws -> ReceiptShelf {
    guard let receipt else {
      let now = Int(Date().timeIntervalSince1970)
      return try await context.receiptShelf { ReceiptShelf.usable($0, now: now) }
    }
    return try await context.receiptShelf(of: context.absolute(path: receipt))
  }
}
