/// The words that open a repository.
///
/// It never shows itself in a text.
public struct Passphrase: Sendable, Equatable, CustomStringConvertible,
  CustomDebugStringConvertible, CustomReflectable
{
  /// The environment variable that may hold it.
  public static let variable = "DRYDOCK_PASSPHRASE"

  /// The environment variable that may hold the one of the repository that `copy` writes to.
  public static let targetVariable = "DRYDOCK_TO_PASSPHRASE"
  /// The environment variable that may hold the program that prints it.
  public static let commandVariable = "DRYDOCK_PASSPHRASE_COMMAND"

  /// The words as bytes; never empty.
  public let bytes: [UInt8]

  /// Takes a text as it is.
  public init(text: String) { bytes = Array(text.utf8) }

  /// Takes the content of a file or the output of a program, without the line end.
  public init(content: [UInt8]) {
    var bytes = content
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    self.bytes = bytes
  }

  /// Says nothing.
  public var description: String { "(passphrase)" }
  /// Says nothing.
  public var debugDescription: String { description }
  /// Shows nothing.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
