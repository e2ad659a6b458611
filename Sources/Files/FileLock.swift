internal import Glibc
internal import Problems

/// An advisory lock on a file, held until the value is gone.
///
/// Uses flock(2): the lock belongs to the open file, so it vanishes with the process however it
/// ends, and a crash leaves nothing to clean up.
public final class FileLock: Sendable {
  /// Who else may hold the lock at the same time.
  public enum Mode: Sendable {
    /// Other shared holders only.
    case shared
    /// Nobody.
    case exclusive
  }

  /// The file that carries the lock.
  public let path: String
  private let descriptor: Int32

  /// Takes the lock at once, or throws `files.locked` (kind `busy`) when somebody else holds it.
  ///
  /// - Parameters:
  ///   - path: The lock file; it is created when missing and never removed.
  ///   - mode: Shared or exclusive.
  /// - Throws: `files.locked` when somebody else holds it.
  public convenience init(path: String, mode: Mode = .exclusive) throws {
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    try self.init(descriptor, path, mode)
  }

  /// Takes the lock of a directory itself, which adds no file to it.
  ///
  /// - Parameter directory: The directory, which must exist.
  /// - Throws: `files.locked` when somebody else holds it.
  public convenience init(directory: String) throws {
    let descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    try self.init(descriptor, directory, .exclusive)
  }

  private init(_ descriptor: Int32, _ path: String, _ mode: Mode) throws {
    self.descriptor = descriptor
    self.path = path
    guard descriptor >= 0 else { throw FileFailure.latest("open lock", path) }
    let operation = (mode == .shared ? LOCK_SH : LOCK_EX) | LOCK_NB
    while flock(descriptor, operation) != 0 {
      if errno == EINTR { continue }
      guard errno == EWOULDBLOCK else { throw FileFailure.latest("lock", path) }
      throw Problem(
        .busy,
        code: "files.locked",
        "another process holds the lock \(path)",
        facts: [.init("path", path)],
        hint: "Wait until the other process ends, then run the same command again.",
        isRetryable: true
      )
    }
  }

  deinit {
    guard descriptor >= 0 else { return }
    // A child that was started but has not yet become its program has the file open too, and would
    // hold the lock for as long.
    while flock(descriptor, LOCK_UN) != 0, errno == EINTR {}
    close(descriptor)
  }
}
