internal import Glibc
internal import Problems

/// A private directory that is removed with the last reference to it.
///
/// Only the owner may enter it (mode 0700, see mkdtemp(3)).
public final class TemporaryDirectory: Sendable {
  /// The directory's path.
  public let path: String

  /// Makes a directory with a fresh name.
  ///
  /// - Parameters:
  ///   - prefix: The beginning of its name.
  ///   - parent: Where it is made; `$TMPDIR`, or `/tmp`, when nil.
  /// - Throws: A `Problem` with code `files.*` that names the path.
  public init(prefix: String = "drydock", in parent: String? = nil) throws {
    let root = parent ?? Self.systemDirectory
    var template = Array("\(root)/\(prefix)-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else {
      throw FileFailure.latest("create a directory in", root)
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    // A leftover in the temporary directory harms nobody, and a deinit has no way to report it.
    try? Directory.removeTree(path)
  }

  /// Where temporary files belong on this machine: `$TMPDIR`, or `/tmp`.
  public static var systemDirectory: String {
    guard let value = unsafe getenv("TMPDIR") else { return "/tmp" }
    let text = unsafe String(cString: value)
    return text.isEmpty ? "/tmp" : text
  }

  /// Sixteen hexadecimal digits that no other process uses.
  static func randomName() -> String {
    let digits = String(UInt64.random(in: .min ... .max), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
