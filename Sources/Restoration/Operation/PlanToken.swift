internal import Bytes
internal import Cryptography
internal import FoundationEssentials
internal import Problems
internal import Repository

/// The last line of a plan: proof that a person saw exactly this plan within the last hour.
///
/// `<operation>-<expiry>-<code>`, of `[a-z0-9-]` only. The expiry counts minutes since 1970 in base
/// 36. The code is 80 bits of an HMAC over the plan's binding and the expiry, under a key of the
/// repository, so a later process can compute it again and nobody can without the repository.
struct PlanToken: Sendable, Equatable {
  static let lifetime = 3600.0
  private static let keyLabel = "restore plan token 1"
  private static let codeLength = 10

  let operation: String
  let expiry: Int
  let code: String

  var text: String { "\(operation)-\(String(expiry, radix: 36))-\(code)" }

  /// The token of a plan that was made now.
  init(operation: String, binding: String, repository: Repository, now: Date) throws {
    self.operation = operation
    expiry = Int((now.timeIntervalSince1970 + Self.lifetime) / 60)
    code = try Self.code(binding, expiry, repository)
  }

  /// Reads a token; nothing is proven by that.
  init(_ text: String) throws(Problem) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, SetAsideName.isOperation(parts[0]), parts[1].count <= 8,
      let expiry = Int(parts[1], radix: 36)
    else {
      throw Problem(
        .usage,
        code: "restore.token-malformed",
        "this is not the token of a plan",
        hint: "Run the command without --confirm; the last line of the plan has the token."
      )
    }
    operation = String(parts[0])
    self.expiry = expiry
    code = String(parts[2])
  }

  /// Refuses a token of another plan, or one that is older than an hour.
  func check(against binding: String, repository: Repository, now: Date) throws {
    guard Double(expiry * 60) > now.timeIntervalSince1970 else {
      throw Self.refusal(
        "restore.token-expired",
        "the token is older than an hour",
        "the database has moved on"
      )
    }
    let expected = Array(try Self.code(binding, expiry, repository).utf8)
    guard ConstantTime.equal(expected.span, Array(code.utf8).span) else {
      throw Self.refusal(
        "restore.token-other-plan",
        "the token does not belong to this plan",
        "the structure or the identity of target or snapshot is not what the plan showed"
      )
    }
  }

  private static func code(_ binding: String, _ expiry: Int, _ repository: Repository) throws
    -> String
  {
    let key = try HMACKey(try repository.deriveKey(label: keyLabel))
    let message = Array("\(expiry)\n\(binding)".utf8)
    return Hex.text(try key.code(of: message.span).prefix(codeLength))
  }

  private static func refusal(_ code: String, _ summary: String, _ reason: String) -> Problem {
    Problem(
      .refused,
      code: code,
      summary + "; nothing was changed",
      reason: reason,
      hint: "Run the command without --confirm, read the new plan, and confirm that one."
    )
  }
}
