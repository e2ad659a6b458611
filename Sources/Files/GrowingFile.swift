internal import Glibc
internal import Problems

/// A file that grows piece by piece and has its name only when it is whole.
///
/// For what does not fit into memory, such as exports. What is not finished is removed.
public final class GrowingFile {
  private let path: String
  private let temporary: String
  private let durability: AtomicFile.Durability
  /// Open for writing, for a child that writes the file itself; it stays ours to close.
  public let descriptor: Int32
  private var isFinished = false

  /// Begins a file; one of that name is replaced at the end, not before.
  ///
  /// - Parameters:
  ///   - path: The final path; its directory must exist.
  ///   - durability: `.durable` unless the file may be lost with the power.
  /// - Throws: A `Problem` with code `files.*` that names the path.
  public init(path: String, durability: AtomicFile.Durability = .durable) throws {
    self.path = path
    self.durability = durability
    temporary = "\(Directory.parent(of: path))/.\(TemporaryDirectory.randomName()).partial"
    descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw FileFailure.latest("create", path) }
  }

  deinit {
    close(descriptor)
    if !isFinished { unsafe unlink(temporary) }
  }

  /// Appends a piece.
  public func append(_ bytes: [UInt8]) throws {
    try unsafe bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[done...])
        let written = unsafe write(descriptor, rest.baseAddress, rest.count)
        if written < 0 && errno == EINTR { continue }
        guard written >= 0 else { throw FileFailure.latest("write", path) }
        done += written
      }
    }
  }

  /// Gives the file its name, once the disk has it where it must be durable.
  public func finish() throws {
    if durability == .durable && fsync(descriptor) != 0 {
      throw FileFailure.latest("write to disk", path)
    }
    guard unsafe rename(temporary, path) == 0 else { throw FileFailure.latest("write", path) }
    isFinished = true
    if durability == .durable { try Directory.sync(Directory.parent(of: path)) }
  }
}
