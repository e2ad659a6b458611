internal import Glibc
internal import Problems

extension Directory {
  /// Removes a file or a whole directory; what does not exist is no error.
  ///
  /// Symbolic links are removed, never followed. Each directory is entered through the one above
  /// it, and only if it is no link (openat(2), `O_NOFOLLOW`): as root we remove directories of users
  /// who run strangers' code, and one that is exchanged for a link meanwhile must lead nowhere else.
  ///
  /// - Parameter path: The file or directory.
  /// - Throws: A `Problem` with code `files.*` that names what could not be removed.
  public static func removeTree(_ path: String) throws {
    try removeTree(path, below: AT_FDCWD, path)
  }

  /// Removes a name below an open directory; problems call it by its `path`.
  private static func removeTree(_ name: String, below above: Int32, _ path: String) throws {
    let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
    let descriptor = unsafe openat(above, name, flags)
    guard descriptor >= 0 else {
      // Anything but a directory, a link to one too, is ENOTDIR, or ELOOP on some file systems.
      guard errno == ENOTDIR || errno == ELOOP else {
        if errno == ENOENT { return }
        throw FileFailure.latest("remove", path)
      }
      return try removeName(name, below: above, 0, path)
    }
    guard let stream = unsafe fdopendir(descriptor) else {
      let problem = FileFailure.latest("list", path)
      close(descriptor)
      throw problem
    }
    defer { unsafe closedir(stream) }
    for inner in try unsafe listed(stream, path) {
      try removeTree(inner, below: descriptor, "\(path)/\(inner)")
    }
    try removeName(name, below: above, AT_REMOVEDIR, path)
  }

  private static func removeName(
    _ name: String,
    below above: Int32,
    _ flags: Int32,
    _ path: String
  ) throws {
    guard unsafe unlinkat(above, name, flags) == 0 || errno == ENOENT else {
      throw FileFailure.latest("remove", path)
    }
  }
}
