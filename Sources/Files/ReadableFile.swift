internal import Glibc
internal import Problems

/// A file open for reading, by ranges, from several threads at once.
///
/// Reads use `pread`, which has no shared position (POSIX, pread(2)), so one open file serves all
/// workers. The file closes with the last reference.
public final class ReadableFile: Sendable {
  /// The path that was opened, for messages.
  public let path: String
  /// Open for reading at its beginning, for a child that reads the file itself; it stays ours to close.
  public let descriptor: Int32

  /// Opens a file for reading; throws a `Problem` that names the path.
  ///
  /// It waits for nobody: a pipe in the place of a file would be waited for until somebody writes
  /// (open(2), `O_NONBLOCK`).
  public init(path: String) throws {
    descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    self.path = path
    if descriptor < 0 { throw FileFailure.latest("open", path) }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// The size in bytes.
  public func size() throws -> Int {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw FileFailure.latest("size", path) }
    return Int(status.st_size)
  }

  /// Refuses a pipe, whose bytes come one after the other, and which looks empty until then.
  private func requireNoPipe() throws {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw FileFailure.latest("read", path) }
    guard status.st_mode & S_IFMT == S_IFIFO else { return }
    throw Problem(
      code: "files.pipe",
      "\(path) is a pipe, and not a file",
      reason: "it has no size, and can be read once only",
      facts: [.init("path", path)],
      hint: "Write what it gives into a file, and name that."
    )
  }

  /// The bytes of a range; fewer than asked when the file ends before, never an error for that.
  public func read(_ range: Range<Int>) throws -> [UInt8] {
    var failure: Problem?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
      while count < range.count {
        let rest = unsafe UnsafeMutableBufferPointer(rebasing: buffer[count...])
        let got = unsafe pread(
          descriptor,
          rest.baseAddress,
          rest.count,
          off_t(range.lowerBound + count)
        )
        if got < 0 && errno == EINTR { continue }
        if got < 0 { failure = FileFailure.latest("read", path) }
        if got <= 0 { break }
        count += got
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// All bytes of a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - limit: A larger file is refused with `files.too-large` before memory is taken.
  /// - Returns: The whole content.
  /// - Throws: A `Problem` with code `files.*` that names the path; `files.pipe` for a pipe.
  public static func contents(of path: String, limit: Int = .max) throws -> [UInt8] {
    let file = try ReadableFile(path: path)
    try file.requireNoPipe()
    let size = try file.size()
    guard size <= limit else {
      throw Problem(
        code: "files.too-large",
        "\(path) has \(size) bytes, more than the \(limit) expected",
        facts: [.init("path", path)]
      )
    }
    return try file.read(0..<size)
  }
}
