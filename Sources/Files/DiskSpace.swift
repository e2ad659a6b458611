internal import Glibc

/// How full the disk under a path is (statvfs(3)).
public struct DiskSpace: Sendable, Equatable {
  /// Bytes that a user without privileges may still write.
  public var free: Int
  /// Bytes that such users may write in all: what is reserved for the superuser is nobody's.
  public var size: Int

  /// Makes facts of a disk.
  public init(free: Int, size: Int) {
    self.free = free
    self.size = size
  }

  /// Asks; nil where the path is not there, or its file system does not say.
  public init?(of path: String) {
    var status = statvfs()
    guard unsafe statvfs(path, &status) == 0, status.f_blocks > 0 else { return nil }
    let unit = Int(clamping: status.f_frsize)
    let used = Int(clamping: status.f_blocks) - Int(clamping: status.f_bfree)
    free = Int(clamping: status.f_bavail) * unit
    size = free + used * unit
  }
}
