import Files
import Foundation
import Problems
import Processes

/// One node of a real store, which can be killed and comes back.
///
/// It is always the last node: what the others hold is then whole, whenever it is gone.
struct StoreNode: Sendable {
  private struct Member {
    /// Where its process id stands, as the scripts in `../shared/stores` keep it.
    var file: String
    var words: [String]
  }

  private let directory: String
  private let members: [Member]
  private let store: RealStore

  private static let environment = ["PATH": "/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"]

  /// The last node of a store.
  init(of store: RealStore) throws {
    self.store = store
    let directory = try store.directory()
    self.directory = directory
    switch store {
    case .ceph:
      let words = ["/usr/bin/ceph-osd", "-c", "\(directory)/ceph.conf", "-i", "2", "-f"]
      members = [Member(file: "\(directory)/run/osd.2.pid", words: words)]
    case .swift:
      members = ["account", "container", "object"].map { kind in
        let program = "/usr/bin/swift-\(kind)-server"
        return Member(
          file: "\(directory)/run/\(kind)-4.pid",
          words: [program, "\(directory)/conf/\(kind)-4.conf", "verbose"]
        )
      }
    }
  }

  /// Kills it, as a machine that loses its power does.
  func kill() throws {
    for member in members {
      let text = String(decoding: try ReadableFile.contents(of: member.file), as: UTF8.self)
      let number = text.prefix { !$0.isNewline }
      // The number may be somebody else's by now.
      let line = try String(contentsOfFile: "/proc/\(number)/cmdline", encoding: .utf8)
      guard line.contains(directory), let pid = Int32(number) else {
        throw Problem(code: "tests.no-node", "\(member.file) names no process of this store")
      }
      Foundation.kill(pid, SIGKILL)
    }
  }

  /// Starts it again, and waits until the others know all that it knows and the other way round.
  func restart() throws {
    for member in members {
      let child = try Invocation(
        member.words[0],
        Array(member.words.dropFirst()),
        environment: Self.environment
      ).start()
      try AtomicFile.write(
        Array("\(child.pid)\n".utf8),
        to: member.file,
        collision: .replace,
        durability: .fast
      )
    }
    switch store {
    case .ceph:
      let status = ["-c", "\(directory)/ceph.conf", "--connect-timeout", "20", "osd", "stat"]
      try wait { try run("/usr/bin/ceph", status).text.contains(" 3 up") }
    case .swift:
      for port in [6240, 6241, 6242] {
        let connect = "exec 3<>/dev/tcp/127.0.0.1/\(port)"
        try wait { try run("/usr/bin/bash", ["-c", connect]).status.isSuccess }
      }
      try replicate()
    }
  }

  /// Swift's nodes differ after one was gone, until a replicator has gone round.
  private func replicate() throws {
    for kind in ["account", "container", "object"] {
      for number in 1...4 {
        let words = ["\(directory)/conf/\(kind)-\(number).conf", "once"]
        _ = try run("/usr/bin/swift-\(kind)-replicator", words).checked()
      }
    }
  }

  private func run(_ program: String, _ words: [String]) throws -> Outcome {
    try Invocation(program, words, environment: Self.environment).run(timeLimit: .seconds(120))
  }

  /// Asks until the answer is yes, for two minutes at most; each question starts a process.
  private func wait(_ isReady: () throws -> Bool) throws {
    let end = ContinuousClock.now + .seconds(120)
    while ContinuousClock.now < end {
      if try isReady() { return }
    }
    throw Problem(code: "tests.no-node", "the node of \(store) did not come back")
  }
}
