public import Arguments
internal import Bytes
internal import Cryptography
internal import FoundationEssentials
internal import ObjectStore
internal import Postgres
internal import Problems
internal import Rehearsal
internal import Reports
internal import Repository

/// Says that a receipt must not be used any more.
public struct ReceiptsRevokeCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "revoke"
  /// One sentence.
  public static let summary = "Say that a receipt must not be used any more."
  /// What a person must know before.
  public static let discussion = """
    The revocation is signed with the key that signs receipts, and kept in the repository. Every \
    migrate that looks there honours it. A migrate --receipt FILE that names no repository does not \
    learn of it: there the receipt counts until it expires. Whoever may delete in the store can take \
    a revocation away; where that matters, keep receipts short-lived (receipt_lifetime in the policy).
    """
  /// Command lines worth copying.
  public static let examples = [
    Example(
      "drydock receipts revoke 3f2a --because 'wrong data set'",
      "Nobody migrates with it any more."
    )
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// The id, or its beginning.
  public var id = ""
  /// Why.
  public var reason: String?

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional("receipt", \.id, "The receipt's id, or the beginning of it.", completion: .receipts)
    option("--because", \.reason, value: "TEXT", "Why; whoever wants to migrate is told.")
    group(\.shared)
  }

  /// Revokes it.
  public func run(in context: Context) async throws -> ExitStatus {
    guard let reason, !reason.isEmpty else {
      throw Problem(
        .usage,
        code: "usage.no-reason",
        "A revocation needs a reason",
        hint: "Give --because 'why'; whoever wants to migrate with the receipt is told."
      )
    }
    let shelf = try await context.receiptShelf(named: id)
    let receipt = try shelf.receipt(id).receipt
    guard shelf.revocations[receipt.id] == nil else { throw Self.already(receipt.id) }
    let revocation = Revocation(
      receipt: receipt.id,
      reason: reason,
      revoked: Int(Date().timeIntervalSince1970)
    )
    let repository = try await context.openRepository()
    try await Lane("drydock.receipts").run {
      let bytes = try revocation.signed(with: try context.receiptSigner(repository))
      guard try Revocation(decoding: bytes, trusting: shelf.keys) != nil else {
        throw Self.unheard(receipt.id)
      }
      try Self.put(bytes, receipt.id, in: repository)
    }
    context.show(
      Report(
        blocks: [.paragraph("Receipt \(receipt.id) is revoked: \(reason)")],
        json: ["event": "result", "revoked": .string(receipt.id), "reason": .string(reason)]
      )
    )
    return .done
  }

  /// Stores the word, under another name where the receipt's own is taken.
  ///
  /// Whoever may write to the store can have put something there. It counts for nothing, and must
  /// not keep the word out that does.
  private static func put(_ bytes: [UInt8], _ id: String, in repository: Repository) throws {
    do {
      try repository.putRecord(kind: .revocation, id: id, bytes)
    } catch let problem as Problem where problem.code == StoreProblem.existsCode {
      let other = Hex.text(try Randomness.bytes(8))
      try repository.putRecord(kind: .revocation, id: "\(id).\(other)", bytes)
    }
  }

  /// Better said now than believed.
  private static func unheard(_ id: String) -> Problem {
    Problem(
      .refused,
      code: "receipt.signer-not-trusted",
      "receipt \(id) was not revoked: the key that signs here is not trusted here",
      reason: "a revocation counts where one of the keys has signed it whose receipts are accepted",
      hint: "Revoke where receipt_key belongs to one of receipt_keys, or add its public key there."
    )
  }

  private static func already(_ id: String) -> Problem {
    Problem(
      .refused,
      code: "receipt.already-revoked",
      "receipt \(id) is revoked already",
      hint: "drydock receipts show \(id) says why."
    )
  }
}
