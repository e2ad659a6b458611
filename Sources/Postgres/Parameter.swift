/// A value that travels beside a statement, never inside its text.
public enum Parameter: Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
  /// A value as text.
  case text(String)
  /// Bytes, for a `bytea` parameter.
  case bytes([UInt8])
  /// NULL.
  case null

  /// A text parameter.
  public init(stringLiteral value: String) { self = .text(value) }
  /// A number as text.
  public init(integerLiteral value: Int) { self = .text(String(value)) }
  /// A text parameter, or NULL.
  public init(_ value: String?) { self = value.map { .text($0) } ?? .null }
  /// A number as text.
  public init(_ value: Int) { self = .text(String(value)) }
}
