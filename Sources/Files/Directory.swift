internal import Glibc
internal import Problems

/// Directories: made durably, listed, and removed with all that is in them.
public enum Directory {
  /// One entry of a directory.
  public struct Entry: Sendable, Equatable {
    /// The entry's own name.
    public var name: String
    /// Whether it is a directory; a symbolic link is not, wherever it leads.
    public var isDirectory: Bool
    /// The size in bytes.
    public var size: Int
    /// When the content last changed, in seconds since 1970.
    public var modified: Int64
    /// The nanoseconds of that second.
    public var modifiedNanoseconds: Int
    /// The numeric id of the user whose it is.
    public var owner: UInt32

    /// Describes an entry.
    public init(
      name: String,
      isDirectory: Bool,
      size: Int,
      modified: Int64,
      modifiedNanoseconds: Int = 0,
      owner: UInt32 = 0
    ) {
      self.name = name
      self.isDirectory = isDirectory
      self.size = size
      self.modified = modified
      self.modifiedNanoseconds = modifiedNanoseconds
      self.owner = owner
    }
  }

  /// Makes a directory and those above it that are missing, each synced into its parent.
  ///
  /// - Parameters:
  ///   - path: The directory; one that exists is left as it is.
  ///   - mode: Permission bits of what is made.
  ///   - files: Where the directory is; another one only in tests.
  /// - Throws: A `Problem` with code `files.*` that names the path.
  public static func create(
    _ path: String,
    mode: UInt32 = 0o700,
    on files: any FileSystem = SystemFiles()
  ) throws {
    if files.isDirectory(path) { return }
    let above = parent(of: path)
    if above != path { try create(above, mode: mode, on: files) }
    do {
      try files.makeDirectory(path, mode: mode)
    } catch let problem as Problem where problem.code == "files.exists" {
      // Somebody else was faster, who need not have synced it yet.
    }
    try files.syncDirectory(above)
  }

  /// Whether the path leads to a directory.
  public static func exists(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The entries, without `.` and `..`, in the order of their names.
  public static func entries(of path: String) throws -> [Entry] {
    guard let stream = unsafe opendir(path) else { throw FileFailure.latest("list", path) }
    defer { unsafe closedir(stream) }
    var entries: [Entry] = []
    for name in try unsafe listed(stream, path) {
      if let entry = try entry(named: name, in: path) { entries.append(entry) }
    }
    return entries.sorted { $0.name < $1.name }
  }

  /// Removes one file durably enough for a store: the directory is synced by the caller if needed.
  public static func removeFile(_ path: String) throws {
    guard unsafe unlink(path) == 0 else { throw FileFailure.latest("remove", path) }
  }

  /// Sets a file's times to now, as a sign that it is in use (utimensat(2)).
  public static func touch(_ path: String) throws {
    guard unsafe utimensat(AT_FDCWD, path, nil, 0) == 0 else {
      throw FileFailure.latest("touch", path)
    }
  }

  /// Writes a directory's own entries to disk, so that a name survives a loss of power.
  public static func sync(_ path: String) throws {
    let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileFailure.latest("open directory", path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw FileFailure.latest("write to disk", path) }
  }

  /// The directory part of a path: `.` for a bare name.
  public static func parent(of path: String) -> String {
    var trimmed = path[...]
    while trimmed.count > 1 && trimmed.hasSuffix("/") { trimmed.removeLast() }
    guard let slash = trimmed.lastIndex(of: "/") else { return "." }
    return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
  }

  /// The names in an open directory, without `.` and `..`.
  static func listed(_ stream: OpaquePointer, _ path: String) throws -> [String] {
    var names: [String] = []
    while true {
      errno = 0
      guard let record = unsafe readdir(stream) else { break }
      let name = unsafe withUnsafePointer(to: &record.pointee.d_name) { pointer in
        unsafe String(cString: UnsafeRawPointer(pointer).assumingMemoryBound(to: CChar.self))
      }
      if name != "." && name != ".." { names.append(name) }
    }
    guard errno == 0 else { throw FileFailure.latest("list", path) }
    return names
  }

  /// Nil when the entry vanished between listing and asking, which is no error.
  private static func entry(named name: String, in path: String) throws -> Entry? {
    var status = stat()
    let full = "\(path)/\(name)"
    guard unsafe lstat(full, &status) == 0 else {
      if errno == ENOENT { return nil }
      throw FileFailure.latest("list", full)
    }
    return Entry(
      name: name,
      isDirectory: status.st_mode & S_IFMT == S_IFDIR,
      size: Int(status.st_size),
      modified: Int64(status.st_mtim.tv_sec),
      modifiedNanoseconds: Int(status.st_mtim.tv_nsec),
      owner: status.st_uid
    )
  }
}
