public import Arguments
internal import Cryptography
internal import Files
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
      "The receipt; without it, the repository is searched for the one that fits.",
      completion: .file
    )
    flag("--without-receipt", \.isWithoutReceipt, "Run without a rehearsal; needs --because.")
    option("--because", \.reason, value: "TEXT", "Why no rehearsal is needed; it is recorded.")
    option("--git", \.gitSHA, value: "SHA", "The commit of the checkout, for the ledger.")
    group(\.databaseOptions)
    group(\.patchOptions)
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
    return MigrationSession(
      settings: try databaseOptions.explicit(in: context),
      directory: try patchOptions.read(in: context),
      receipts: isWithoutReceipt ? [] : try await receipts(in: context),
      exemption: isWithoutReceipt ? reason : nil,
      gitSHA: gitSHA,
      context: context
    )
  }

  /// The receipts to choose from, newest first.
  private func receipts(in context: Context) async throws -> [Receipt] {
    let path = receipt.map { $0.hasPrefix("/") ? $0 : "\(context.world.directory)/\($0)" }
    let configured = try context.configuredReceiptKeys()
    if let path, let configured {
      // Whoever migrates needs no key of the repository then.
      return try await Lane("drydock.receipts").run { [try Self.receipt(path, configured)] }
    }
    let repository = try await context.openRepository()
    return try await Lane("drydock.receipts").run {
      let trusted = try configured ?? [repository.receiptKey().publicKey()]
      if let path { return [try Self.receipt(path, trusted)] }
      return try repository.records(kind: .receipt)
        .compactMap { try repository.receipt($0, trusting: trusted) }
        .sorted { $0.created > $1.created }
    }
  }

  private static func receipt(_ path: String, _ trusted: [[UInt8]]) throws -> Receipt {
    let bytes = try ReadableFile.contents(of: path, limit: 64 << 20)
    return try SignedReceipt(decoding: bytes, trusting: trusted).receipt
  }
}
