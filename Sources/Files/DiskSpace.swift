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
    let unit = UInt64(status.f_frsize)
    let used = status.f_blocks - min(status.f_bfree, status.f_blocks)
    free = Self.bytes(UInt64(status.f_bavail), of: unit)
    size = min(free + Self.bytes(UInt64(used), of: unit), Self.most)
  }

  /// What a file system has at most: those over a network say that they are as large as numbers go,
  /// and whoever adds to that would leave the numbers.
  private static let most = 1 << 60

  private static func bytes(_ blocks: UInt64, of unit: UInt64) -> Int {
    let (bytes, isTooLarge) = blocks.multipliedReportingOverflow(by: unit)
    return isTooLarge ? most : min(Int(clamping: bytes), most)
  }
}
