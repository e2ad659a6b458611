internal import Bytes
internal import Postgres
public import Problems

/// Which role stands for which when a snapshot is restored where roles have other names.
public struct RoleMap: Sendable, Equatable {
  private var names: [ExactText: String] = [:]

  /// Maps every role to itself.
  public init() {}

  /// Reads pairs such as `shop=shop_test`.
  ///
  /// Throws a `Problem` of kind `usage` for what is no pair, and for a role that is mapped twice.
  public init(_ pairs: [String]) throws(Problem) {
    for pair in pairs {
      let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2, names.updateValue(parts[1], forKey: ExactText(parts[0])) == nil
      else {
        throw Problem(
          .usage,
          code: "usage.map-role",
          "--map-role \(pair) does not say which role stands for which",
          hint: "Write OLD=NEW, and each OLD once: --map-role shop=shop_test."
        )
      }
    }
  }

  /// Whether nothing is mapped.
  public var isEmpty: Bool { names.isEmpty }

  /// The role that stands for another.
  public subscript(_ role: String) -> String { names[ExactText(role)] ?? role }

  /// A script with the roles exchanged, wherever a statement names an owner or a grantee.
  func rewrite(_ script: String) -> String {
    guard !isEmpty else { return script }
    let bytes = Array(script.utf8)
    var result: [UInt8] = []
    var position = 0
    var statement: [DefinitionTokens.Token] = []
    for token in DefinitionTokens(bytes) {
      if case .comment = token.kind { continue }
      statement.append(token)
      guard token.isEnd else { continue }
      for role in Self.roles(in: statement) {
        guard let name = role.name, let other = names[ExactText(name)] else { continue }
        result += bytes[position..<role.range.lowerBound]
        result += SQL.identifier(other).utf8
        position = role.range.upperBound
      }
      statement = []
    }
    return String(decoding: result + bytes[position...], as: UTF8.self)
  }

  /// The tokens of a statement that name roles, in their order.
  private static func roles(in tokens: [DefinitionTokens.Token]) -> [DefinitionTokens.Token] {
    let words = tokens.map { $0.word ?? "" }
    /// The token behind some words that follow each other.
    func behind(_ wanted: String...) -> [DefinitionTokens.Token] {
      (0..<max(0, tokens.count - wanted.count)).filter {
        Array(words[$0..<($0 + wanted.count)]) == wanted
      }.map { tokens[$0 + wanted.count] }
    }
    switch (words.first, words.dropFirst().first) {
    case ("alter", "default"):
      return behind("for", "role") + (words.contains("grant") ? behind("to") : behind("from"))
    case ("alter", "role"): return Array(tokens.dropFirst(2).prefix(1))
    case ("alter", _): return behind("owner", "to")
    case ("grant", _): return behind("to") + behind("granted", "by")
    case ("revoke", _): return behind("from") + behind("granted", "by")
    case ("set", "session"): return behind("session", "authorization")
    case ("create", "user"): return behind("mapping", "for")
    case ("create", "policy"): return listed(tokens, words)
    default: return []
    }
  }

  /// The roles of `CREATE POLICY name ON table [AS ...] [FOR ...] TO a, b USING (...)`.
  private static func listed(
    _ tokens: [DefinitionTokens.Token],
    _ words: [String]
  ) -> [DefinitionTokens.Token] {
    guard let start = words.firstIndex(of: "to") else { return [] }
    let end = words.firstIndex { $0 == "using" || $0 == "with" } ?? tokens.count
    guard start < end else { return [] }
    return tokens[(start + 1)..<end].filter { $0.name != nil }
  }
}
