internal import Glibc

/// A user of this machine.
public struct SystemUser: Sendable, Equatable {
  /// The login name.
  public let name: String
  /// The numeric user id; 0 is root.
  public let uid: UInt32
  /// The numeric id of the user's own group.
  public let gid: UInt32

  /// The numeric id of the user as whom this process runs.
  public static var current: UInt32 { geteuid() }

  /// Whether this process runs as root, and so may run children as others.
  public static var isRoot: Bool { geteuid() == 0 }

  /// The same user as a member of another group alone, which need have no name.
  public func group(_ gid: UInt32) -> SystemUser { SystemUser(name: name, uid: uid, gid: gid) }

  /// Finds a user by name; nil when the machine has none of that name.
  public static func named(_ name: String) -> SystemUser? {
    var entry = unsafe passwd()
    var found: UnsafeMutablePointer<passwd>?
    var texts = [CChar](repeating: 0, count: 16384)
    let size = texts.count
    guard unsafe getpwnam_r(name, &entry, &texts, size, &found) == 0, unsafe found != nil else {
      return nil
    }
    return unsafe SystemUser(name: name, uid: entry.pw_uid, gid: entry.pw_gid)
  }
}
