internal import Glibc
internal import Problems

/// Writes files that are either whole under their name or absent, also after a crash.
///
/// The order is the one that ext4, XFS and POSIX make safe: a temporary name in the same
/// directory, write, fsync, rename (or link, when the name must be new), fsync of the directory.
public enum AtomicFile {
  /// Whether a write waits until the disk has it.
  public enum Durability: Sendable {
    /// fsync of the file and of its directory: the write survives a loss of power.
    case durable
    /// No fsync: for scratch files, and for tests.
    case fast
  }

  /// What a write does when the name is taken.
  public enum Collision: Sendable {
    /// The new file replaces the old one.
    case replace
    /// The write throws `files.exists`, and the old file stays as it is.
    case refuse
  }

  /// Writes a whole file.
  ///
  /// - Parameters:
  ///   - bytes: The content.
  ///   - path: The final path; its directory must exist.
  ///   - collision: What happens when the path is taken.
  ///   - durability: `.durable` unless the file may be lost with the power.
  ///   - mode: Permission bits; only the owner may read and write by default.
  /// - Throws: A `Problem` with code `files.*`; no temporary file is left behind.
  public static func write(
    _ bytes: [UInt8],
    to path: String,
    collision: Collision = .replace,
    durability: Durability = .durable,
    mode: UInt32 = 0o600
  ) throws {
    let directory = Directory.parent(of: path)
    let temporary = "\(directory)/.\(TemporaryDirectory.randomName()).partial"
    do {
      try fill(temporary, bytes, durability, mode)
      try publish(temporary, as: path, collision)
    } catch {
      unsafe unlink(temporary)
      throw error
    }
    if durability == .durable { try Directory.sync(directory) }
  }

  /// Gives a whole file another name in the same file system, over a file that has it already.
  ///
  /// Whoever has the older file open keeps it. Nothing waits for the disk.
  public static func move(_ path: String, to other: String) throws {
    guard unsafe rename(path, other) == 0 else { throw FileFailure.latest("write", other) }
  }

  private static func fill(
    _ path: String,
    _ bytes: [UInt8],
    _ durability: Durability,
    _ mode: UInt32
  ) throws {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw FileFailure.latest("create", path) }
    defer { close(descriptor) }
    try writeAll(bytes, to: descriptor, path)
    if durability == .durable && fsync(descriptor) != 0 {
      throw FileFailure.latest("write to disk", path)
    }
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

  private static func publish(
    _ temporary: String,
    as path: String,
    _ collision: Collision
  ) throws {
    switch collision {
    case .replace:
      guard unsafe rename(temporary, path) == 0 else { throw FileFailure.latest("write", path) }
    case .refuse:
      // link(2) fails when the name exists, where rename(2) would replace it.
      guard unsafe link(temporary, path) == 0 else { throw FileFailure.latest("write", path) }
      guard unsafe unlink(temporary) == 0 else {
        throw FileFailure.latest("remove", temporary)
      }
    }
  }
}
