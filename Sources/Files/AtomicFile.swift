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
  ///   - files: Where the file is; another one only in tests.
  /// - Throws: A `Problem` with code `files.*`; no temporary file is left behind.
  public static func write(
    _ bytes: [UInt8],
    to path: String,
    collision: Collision = .replace,
    durability: Durability = .durable,
    mode: UInt32 = 0o600,
    on files: any FileSystem = SystemFiles()
  ) throws {
    let directory = Directory.parent(of: path)
    let temporary = "\(directory)/.\(TemporaryDirectory.randomName()).partial"
    do {
      try files.create(temporary, bytes, mode: mode, isSynced: durability == .durable)
      switch collision {
      case .replace: try files.rename(temporary, to: path)
      case .refuse:
        // link(2) fails when the name exists, where rename(2) would replace it.
        try files.link(temporary, to: path)
        try removeName(temporary, on: files)
      }
    } catch {
      // The first error is the one to report; a temporary file that stays is no object.
      try? files.remove(temporary)
      throw error
    }
    if durability == .durable { try files.syncDirectory(directory) }
  }

  /// Removes a second name of a file that is in its place.
  ///
  /// Where names can be added and not removed, as after chattr(1) with `+a`, it stays: it takes no
  /// space, since the file is the same.
  private static func removeName(_ temporary: String, on files: any FileSystem) throws {
    do {
      try files.remove(temporary)
    } catch let problem as Problem where problem.code == "files.no-permission" {
      return
    }
  }

  /// Gives a whole file another name in the same file system, over a file that has it already.
  ///
  /// Whoever has the older file open keeps it. Nothing waits for the disk.
  public static func move(_ path: String, to other: String) throws {
    try SystemFiles().rename(path, to: other)
  }
}
