internal import CCrypto
internal import Problems

/// What the primitives throw; operations above turn it into a `Problem` that names their object.
public enum CryptographyError: Error, Sendable, Equatable {
  /// The text, the key or the additional data were changed: nothing of it may be used.
  case notAuthentic
  /// A key, nonce or text has a length that the primitive does not take.
  case badLength(String)
  /// libcrypto refused, for example for want of memory.
  case libraryFailed(String)
}

extension CryptographyError: CustomStringConvertible {
  /// One clause for the "why" of a problem.
  public var description: String {
    switch self {
    case .notAuthentic: "its seal does not match: it was changed, or sealed with another key"
    case .badLength(let what): "\(what) has a wrong length"
    case .libraryFailed(let operation): "libcrypto could not \(operation)"
    }
  }
}
