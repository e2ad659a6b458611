internal import Cryptography

/// The names of copies that are set aside: `<base>__dd_<op>_old`.
enum SetAsideName {
  /// Which copy.
  enum Copy: String, Codable, Sendable {
    /// The copy under the live name.
    case live
    /// What was live before the swap.
    case old
    /// What was live until the undo, or is not live yet.
    case new
  }

  /// The longest name in bytes; the server truncates a longer one in silence (tested).
  static let limit = 63
  static let operationLength = 8
  private static let alphabet = Array("abcdefghijkmnpqrstuvwxyz23456789")

  /// A new operation id: 8 characters out of 32, none of which looks like another.
  static func newOperation() throws -> String {
    String(try Randomness.bytes(operationLength).map { alphabet[Int($0) % alphabet.count] })
  }

  /// Whether a text can be an operation's id: people type them, and journals hold them.
  static func isOperation(_ text: some StringProtocol) -> Bool {
    text.count == operationLength && text.allSatisfy { alphabet.contains($0) }
  }

  /// The name of a copy, its base shortened at a character's end so that all fits.
  static func name(base: String, operation: String, copy: Copy) -> String {
    let suffix = "__dd_\(operation)_\(copy.rawValue)"
    var short = base
    while !short.isEmpty, short.utf8.count + suffix.utf8.count > limit {
      short.unicodeScalars.removeLast()
    }
    return short + suffix
  }

  /// The operation in a copy's name, where it is one of `base`.
  static func operation(in name: String, base: String, copy: Copy) -> String? {
    let suffix = "_\(copy.rawValue)"
    guard name.hasSuffix(suffix) else { return nil }
    let operation = String(name.dropLast(suffix.count).suffix(operationLength))
    return name == self.name(base: base, operation: operation, copy: copy) ? operation : nil
  }
}
