internal import Glibc
internal import Problems

/// A file that only grows at its end, for a child that writes into it.
///
/// Only its owner can read it. It closes with the last reference.
public final class LogFile {
  /// Open for appending; it stays ours to close.
  public let descriptor: Int32

  /// Opens a file, or makes it (open(2), `O_APPEND`); throws a `Problem` that names the path.
  public init(path: String) throws {
    descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw FileFailure.latest("open", path) }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }
}
