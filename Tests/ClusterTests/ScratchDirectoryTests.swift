import Files
import Foundation
import Postgres
import Processes
import TestSupport
import Testing

@testable import Cluster

@Suite("Cleaning up after the dead")
struct ScratchDirectoryTests {
  @Test("A directory whose owner lives stays; one whose owner is dead goes")
  func ownership() throws {
    let parent = try openParent()
    var owned: ScratchDirectory? = try ScratchDirectory.make(in: parent.path, user: nil)
    let path = try #require(owned?.path)
    try ScratchDirectory.removeDead(in: parent.path)
    #expect(Directory.exists(path))
    owned = nil
    try ScratchDirectory.removeDead(in: parent.path)
    #expect(!Directory.exists(path))
  }

  @Test("A directory that is just being made is left alone, and so is one of another name")
  func newborn() throws {
    let parent = try openParent()
    try Directory.create("\(parent.path)/drydock-scratch-newborn")
    try Directory.create("\(parent.path)/something-else")
    try ScratchDirectory.removeDead(in: parent.path)
    let names = try Directory.entries(of: parent.path).map(\.name)
    #expect(names == ["drydock-scratch-newborn", "something-else"])
  }

  @Test(
    "A directory that belongs to somebody else is left alone",
    .enabled(if: SystemUser.isRoot, "only root can make somebody else's directory")
  )
  func foreign() throws {
    let parent = try openParent()
    let path = "\(parent.path)/drydock-scratch-foreign"
    try Directory.create(path)
    try FileManager.default.setAttributes(
      [.ownerAccountID: 65534, .modificationDate: Date(timeIntervalSince1970: 0)],
      ofItemAtPath: path
    )
    try ScratchDirectory.removeDead(in: parent.path)
    #expect(Directory.exists(path))
  }

  @Test("The server of a killed owner is stopped and removed by the next run")
  func killedOwner() async throws {
    let parent = try openParent()
    let path = parent.path
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      var options = try TestServer.v15.options()
      options.parentDirectory = path
      let server = try ScratchServer.start(options)
      withExtendedLifetime(server) { _ = kill(getpid(), SIGKILL) }
    }
    let left = try #require(try Directory.entries(of: path).first)
    let data = "\(path)/\(left.name)/home/data"
    let pid = try #require(ScratchDirectory.postmaster(of: data))
    #expect(Directory.exists("/proc/\(pid)"))

    try ScratchDirectory.removeDead(in: path)
    #expect(try Directory.entries(of: path).isEmpty)
    #expect(try isGone(pid))
  }

  @Test("A pid file that names somebody else's process harms nobody")
  func foreignPid() throws {
    let parent = try openParent()
    let bystander = try Invocation("sleep", ["60"]).start()
    let path = "\(parent.path)/drydock-scratch-old"
    try Directory.create("\(path)/home/data")
    try Data("\(bystander.pid)\n\(path)/home/data\n".utf8)
      .write(to: URL(fileURLWithPath: "\(path)/home/data/postmaster.pid"))
    try Data().write(to: URL(fileURLWithPath: "\(path)/owner.lock"))
    try ScratchDirectory.removeDead(in: parent.path)
    #expect(!Directory.exists(path))
    #expect(bystander.status == nil)
    bystander.terminate()
  }

  /// Whether a process has ended; one that init has not reaped yet counts as ended.
  private func isGone(_ pid: Int32) throws -> Bool {
    for _ in 0..<100 {
      let state = try Invocation("cat", ["/proc/\(pid)/stat"]).run()
      if !state.status.isSuccess || state.text.contains(") Z ") { return true }
      Thread.sleep(forTimeInterval: 0.02)
    }
    return false
  }

  /// A parent that the server's user may pass through.
  private func openParent() throws -> TemporaryDirectory {
    let parent = try TemporaryDirectory()
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: parent.path)
    return parent
  }
}
