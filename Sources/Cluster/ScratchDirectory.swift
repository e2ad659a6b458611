internal import Files
internal import FoundationEssentials
internal import Problems
internal import Processes
internal import Threads

/// The directory of one scratch server, and the mark of whether its owner lives.
///
/// ```
/// drydock-scratch-<random>/ ours, mode 0710: the group of the server's user may pass, not look
///   owner.lock              flock(2), held while the owning process lives, however it ends
///   server.log              ours too: the server only has it open
///   home/                   the server's user's, mode 0700
///     data/  socket/
/// ```
/// Without root the server's user is our own, and nobody else may pass at all. With root that user may
/// be `nobody`, whom other programs are as well; the group is one that they are not in, which also keeps
/// them from `/proc/PID/cwd` of the server (ptrace(2), "Ptrace access mode checking").
///
/// As root we write nothing by its name in `home`, where strangers' code can put a link in its
/// place.
///
/// A process that is killed leaves its directory, and maybe its server, behind; whoever makes the
/// next scratch server finds the lock free and removes both.
final class ScratchDirectory: Sendable {
  static let prefix = "drydock-scratch"
  private static let lockName = "owner.lock"

  let path: String
  private let lock: FileLock

  var home: String { "\(path)/home" }
  var data: String { "\(home)/data" }
  var socket: String { "\(home)/socket" }
  var log: String { "\(path)/server.log" }

  private init(path: String, lock: FileLock) {
    self.path = path
    self.lock = lock
  }

  /// Makes a directory under `parent` whose `home` belongs to `user`.
  ///
  /// Between the making of the lock file and its locking, another process that looks for the dead can
  /// take this one for dead; then a second directory is made.
  static func make(in parent: String, user: SystemUser?) throws -> ScratchDirectory {
    do {
      return try makeOnce(in: parent, user: user)
    } catch let problem as Problem where problem.kind == .busy {
      return try makeOnce(in: parent, user: user)
    }
  }

  private static func makeOnce(in parent: String, user: SystemUser?) throws -> ScratchDirectory {
    let name = String(UInt64.random(in: .min ... .max), radix: 36)
    let path = "\(parent)/\(prefix)-\(name)"
    let files = FileManager.default
    try files.createDirectory(
      atPath: path,
      withIntermediateDirectories: false,
      attributes: [.posixPermissions: 0o700]
    )
    let lock = try FileLock(path: "\(path)/\(lockName)")
    let directory = ScratchDirectory(path: path, lock: lock)
    var attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
    if let user {
      attributes[.ownerAccountID] = user.uid
      attributes[.groupOwnerAccountID] = user.gid
    }
    for part in [directory.home, directory.socket] {
      try files.createDirectory(atPath: part, withIntermediateDirectories: false)
    }
    // The outer one last: once it is the user's, what lies inside can be exchanged for a link.
    for part in [directory.socket, directory.home] {
      try files.setAttributes(attributes, ofItemAtPath: part)
    }
    if let user {
      let passing: [FileAttributeKey: Any] = [
        .ownerAccountID: SystemUser.current, .groupOwnerAccountID: user.gid,
        .posixPermissions: 0o710,
      ]
      try files.setAttributes(passing, ofItemAtPath: path)
    }
    return directory
  }

  func remove() throws { try Directory.removeTree(path) }

  /// Removes the directories under `parent` whose owners are dead, with the servers that run there.
  ///
  /// Only directories of our own user count, so nobody else can place one in our way.
  static func removeDead(in parent: String) throws {
    for entry in try Directory.entries(of: parent)
    where entry.isDirectory && entry.owner == SystemUser.current
      && entry.name.hasPrefix("\(prefix)-")
    {
      let path = "\(parent)/\(entry.name)"
      guard let lock = lockOfDead(path, since: entry.modified) else { continue }
      let dead = ScratchDirectory(path: path, lock: lock)
      dead.stopLeftServer()
      // Its last processes may still be writing: what is left harms nobody, and whoever starts next
      // tries again.
      try? dead.remove()
    }
  }

  /// The lock of a directory whose owner is dead; nil when it lives, or is just being born.
  private static func lockOfDead(_ path: String, since modified: Int64) -> FileLock? {
    let isYoung = Int64(Date().timeIntervalSince1970) - modified < 60
    let lockPath = "\(path)/\(lockName)"
    if isYoung && !FileManager.default.fileExists(atPath: lockPath) { return nil }
    return try? FileLock(path: lockPath)
  }

  /// Ends the server whose data directory this is, if it still runs.
  ///
  /// Its pid file names a number that may belong to somebody else by now; the postmaster is known by
  /// its working directory, which is its data directory.
  private func stopLeftServer() {
    guard let pid = Self.postmaster(of: data) else { return }
    _ = Signal.quit.send(to: pid)
    for _ in 0..<250 where Self.postmaster(of: data) != nil { Pause.blocking(.milliseconds(20)) }
    if Self.postmaster(of: data) != nil { _ = Signal.kill.send(to: pid) }
  }

  /// The process id of the server that runs in a data directory, or nil.
  static func postmaster(of data: String) -> Int32? {
    guard let bytes = try? ReadableFile.contents(of: "\(data)/postmaster.pid", limit: 4096),
      let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first,
      let pid = Int32(line), pid > 1
    else { return nil }
    let place = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/cwd")
    // The kernel names the directory without links; the place for temporary files may be one.
    let real = URL(fileURLWithPath: data).resolvingSymlinksInPath().path
    return place == data || place == real ? pid : nil
  }
}
