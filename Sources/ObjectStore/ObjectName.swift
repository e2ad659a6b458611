/// The name of an object: components of plain characters between slashes, such as `packs/ab/abcd`.
///
/// Validated, so that no name from a hostile listing or manifest can leave the store's directory.
public struct ObjectName: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The name as text.
  public let text: String

  /// Takes a text of 1 to 512 characters; nil when it is no valid name.
  ///
  /// Components have 1 to 200 characters of `A-Z a-z 0-9 . _ -` and do not begin with a dot.
  public init?(_ text: String) {
    guard (1...512).contains(text.utf8.count) else { return nil }
    let components = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard components.allSatisfy(Self.isComponent) else { return nil }
    self.text = text
  }

  /// Joins components that the program chose itself; a bad one is a mistake in the program.
  public init(components: String...) {
    let text = components.joined(separator: "/")
    guard let name = ObjectName(text) else { preconditionFailure("bad object name: \(text)") }
    self = name
  }

  /// The last component.
  public var lastComponent: String {
    String(text[(text.lastIndex(of: "/").map(text.index(after:)) ?? text.startIndex)...])
  }

  /// The name as text.
  public var description: String { text }

  /// Orders by text.
  public static func < (left: ObjectName, right: ObjectName) -> Bool { left.text < right.text }

  private static func isComponent(_ bytes: Substring.UTF8View) -> Bool {
    (1...200).contains(bytes.count) && bytes.first != UInt8(ascii: ".")
      && bytes.allSatisfy(isPlain)
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
