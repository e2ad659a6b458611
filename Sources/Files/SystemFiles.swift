internal import Glibc
internal import Problems

/// The files of this machine.
public struct SystemFiles: FileSystem {
  /// There is only one such value.
  public init() {}

  /// Makes a directory (mkdir(2)).
  public func makeDirectory(_ path: String, mode: UInt32) throws {
    guard unsafe mkdir(path, mode) == 0 else { throw FileFailure.latest("create directory", path) }
  }

  /// Whether the path leads to a directory.
  public func isDirectory(_ path: String) -> Bool { Directory.exists(path) }

  /// The entries of a directory.
  public func entries(of path: String) throws -> [Directory.Entry] {
    try Directory.entries(of: path)
  }

  /// Writes a new file, and waits for the disk where asked (open(2), write(2), fsync(2)).
  public func create(_ path: String, _ bytes: [UInt8], mode: UInt32, isSynced: Bool) throws {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw FileFailure.latest("create", path) }
    defer { close(descriptor) }
    try Self.writeAll(bytes, to: descriptor, path)
    if isSynced && fsync(descriptor) != 0 { throw FileFailure.latest("write to disk", path) }
  }

  /// Gives a file a second name (link(2)); throws `files.no-links` where a file has only one.
  public func link(_ path: String, to other: String) throws {
    guard unsafe Glibc.link(path, other) == 0 else {
      let error = errno
      var problem = FileFailure.problem("write", other, error)
      // Of a file that is our own, EPERM says that links are unknown (link(2)).
      if [EPERM, EOPNOTSUPP, ENOSYS].contains(error) {
        problem.code = "files.no-links"
        problem.summary = "cannot write \(other): its file system has no hard links"
        problem.hint =
          "Without them a file cannot be given a name only where nobody has it. Use a directory on"
          + " another file system, such as ext4 or XFS."
      }
      throw problem
    }
  }

  /// Gives a file another name (rename(2)).
  public func rename(_ path: String, to other: String) throws {
    guard unsafe Glibc.rename(path, other) == 0 else { throw FileFailure.latest("write", other) }
  }

  /// Removes a name (unlink(2)).
  public func remove(_ path: String) throws { try Directory.removeFile(path) }

  /// Writes a directory's own entries to disk (fsync(2)).
  public func syncDirectory(_ path: String) throws { try Directory.sync(path) }

  /// A file's size in bytes.
  public func size(of path: String) throws -> Int { try ReadableFile(path: path).size() }

  /// The bytes of a range (pread(2)).
  public func read(_ path: String, _ range: Range<Int>) throws -> [UInt8] {
    let file = try ReadableFile(path: path)
    // Memory for what is there, whatever was asked.
    return try file.read(range.clamped(to: 0..<max(0, try file.size())))
  }

  private static func writeAll(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws {
    try unsafe bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[done...])
        let written = unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
        if written < 0 && errno == EINTR { continue }
        if written < 0 { throw FileFailure.latest("write", path) }
        done += written
      }
    }
  }
}
