internal import Glibc
internal import Problems

/// Turns `errno` into a `Problem`: the one place where a failed system call gets its words.
///
/// Codes: `files.disk-full`, `files.not-found`, `files.exists`, `files.no-permission`,
/// `files.failed`; `SystemFiles` adds `files.no-links`.
enum FileFailure {
  /// What the code after a failed call can say: the operation in words, the path, and why.
  ///
  /// - Parameters:
  ///   - operation: A verb phrase such as `write`; the summary reads "cannot write PATH".
  ///   - path: The file or directory.
  ///   - error: The value of `errno` right after the call.
  /// - Returns: The problem in words.
  static func problem(_ operation: String, _ path: String, _ error: Int32) -> Problem {
    let reason = "\(text(of: error)) (errno \(error))"
    let facts = [Problem.Fact("path", path)]
    switch error {
    case ENOSPC, EDQUOT:
      return Problem(
        code: "files.disk-full",
        "cannot \(operation) \(path): the disk is full",
        reason: reason,
        facts: facts,
        hint: "Nothing that was stored before is lost. Free space on this file system, "
          + "or point to a larger one, and run the same command again.",
        isRetryable: true
      )
    case ENOENT:
      return Problem(
        code: "files.not-found",
        "cannot \(operation) \(path): it does not exist",
        reason: reason,
        facts: facts,
        hint: "Check the path; a directory that should hold it may not be mounted."
      )
    case EEXIST:
      return Problem(
        code: "files.exists",
        "cannot \(operation) \(path): it exists already",
        reason: reason,
        facts: facts
      )
    case EACCES, EPERM, EROFS:
      return Problem(
        code: "files.no-permission",
        "cannot \(operation) \(path): not permitted",
        reason: reason,
        facts: facts,
        hint: "Run as a user that may do this, or change the owner or the mode of the path."
      )
    default:
      return Problem(
        code: "files.failed",
        "cannot \(operation) \(path)",
        reason: reason,
        facts: facts
      )
    }
  }

  /// The problem for the call that failed just now on this thread.
  static func latest(_ operation: String, _ path: String) -> Problem {
    problem(operation, path, errno)
  }

  /// The C library's text for an error number; `strerror_r`, since `strerror` shares one buffer.
  private static func text(of error: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    let status = unsafe strerror_r(error, &buffer, buffer.count)
    guard status == 0 else { return "unknown error" }
    let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
