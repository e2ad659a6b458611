import Glibc

/// Who owns a file and who may read or change it (stat(2)).
public struct FileFacts: Sendable, Equatable {
  /// The user who owns it.
  public var owner: UInt32
  /// The permission bits, such as `0o600`.
  public var mode: UInt32
  /// Whether it is a regular file.
  public var isRegular: Bool

  /// Reads the facts, following symbolic links; nil when there is no such file.
  public init?(path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    owner = status.st_uid
    mode = status.st_mode & 0o7777
    isRegular = status.st_mode & S_IFMT == S_IFREG
  }

  /// The path without symbolic links, dots and double slashes (realpath(3)); nil if it is absent.
  public static func realPath(_ path: String) -> String? {
    guard let resolved = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }
}
