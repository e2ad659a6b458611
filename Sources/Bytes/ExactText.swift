/// A text as a key: it equals another where both have the same bytes, and only there.
///
/// To Swift two texts are equal also where one writes a letter and its accent apart. A server and a
/// file system keep the two apart, so a map by `String` takes two databases, tables or files for one.
public struct ExactText: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The text.
  public let text: String

  /// Makes a key of a text.
  public init(_ text: String) { self.text = text }

  /// Whether both have the same bytes; their hashes are the texts' own, which then are equal too.
  public static func == (one: ExactText, other: ExactText) -> Bool {
    one.text.isExactly(other.text)
  }

  /// By bytes.
  public static func < (one: ExactText, other: ExactText) -> Bool {
    one.text.utf8.lexicographicallyPrecedes(other.text.utf8)
  }

  /// The text.
  public var description: String { text }
}

extension StringProtocol {
  /// Whether both texts have the same bytes, as servers and file systems compare names.
  public func isExactly(_ other: some StringProtocol) -> Bool { utf8.elementsEqual(other.utf8) }

  /// Whether the text begins with the bytes of another.
  public func beginsExactly(with other: some StringProtocol) -> Bool {
    utf8.starts(with: other.utf8)
  }
}
