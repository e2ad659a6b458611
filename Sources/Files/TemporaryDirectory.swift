internal import Glibc
internal import Problems

/// A private directory that is removed with the last reference to it.
///
/// Only the owner may enter it (mode 0700, see mkdtemp(3)). A lock on it tells whether its owner
/// lives; what a killed process leaves, the next one removes with `removeDead`.
public final class TemporaryDirectory: Sendable {
  /// The directory's path.
  public let path: String
  private let lock: FileLock

  /// Makes a directory with a fresh name.
  ///
  /// - Parameters:
  ///   - prefix: The beginning of its name.
  ///   - parent: Where it is made; `$TMPDIR`, or `/tmp`, when nil.
  /// - Throws: A `Problem` with code `files.*` that names the path.
  public init(prefix: String = "drydock", in parent: String? = nil) throws {
    let root = parent ?? Self.systemDirectory
    // mkdtemp(3) puts a fresh name in the place of its six characters.
    let place = String(repeating: "X", count: 6)
    var template = Array("\(root)/\(prefix)-\(place)".utf8CString)
    guard unsafe mkdtemp(&template) != nil else {
      throw FileFailure.latest("create a directory in", root)
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    lock = try FileLock(directory: path)
  }

  /// Removes what killed processes of this user left under a prefix.
  ///
  /// - Parameters:
  ///   - prefix: The beginning of the names, as it was given to `init`.
  ///   - parent: Where to look; `$TMPDIR`, or `/tmp`, when nil.
  /// - Throws: A `Problem` with code `files.*` when the parent cannot be read.
  public static func removeDead(prefix: String, in parent: String? = nil) throws {
    let root = parent ?? systemDirectory
    for entry in try Directory.entries(of: root)
    where entry.isDirectory && entry.name.hasPrefix("\(prefix)-") {
      let path = "\(root)/\(entry.name)"
      guard isOld(path), let lock = try? FileLock(directory: path) else { continue }
      // A leftover that cannot be removed now harms nobody, and the next run tries again.
      try? Directory.removeTree(path)
      withExtendedLifetime(lock) {}
    }
  }

  /// Whether a directory is ours and a minute old: a younger one may not have its lock yet.
  private static func isOld(_ path: String) -> Bool {
    var facts = stat()
    guard unsafe lstat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR else { return false }
    return facts.st_uid == geteuid() && time(nil) - facts.st_mtim.tv_sec > 60
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
