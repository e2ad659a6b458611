import Files
import Foundation

/// The processes of this machine, as /proc tells them (see proc(5)).
struct ProcessTable {
  let pid: Int32
  let parent: Int32
  let command: String
  let environment: String

  static func now() throws -> [ProcessTable] {
    try Directory.entries(of: "/proc").compactMap { entry in
      guard let pid = Int32(entry.name) else { return nil }
      // A process may end while we look at it: then it has nothing to show.
      func text(_ name: String) -> String { content("/proc/\(pid)/\(name)") }
      let fields = text("stat").split(separator: ")").last?.split(separator: " ") ?? []
      return ProcessTable(
        pid: pid,
        parent: fields.count > 1 ? Int32(fields[1]) ?? 0 : 0,
        command: text("cmdline"),
        environment: text("environ")
      )
    }
  }

  /// Whether a process was stopped by a signal.
  static func isStopped(_ pid: Int32) -> Bool {
    let fields = content("/proc/\(pid)/stat").split(separator: ")").last?.split(separator: " ")
    return fields?.first == "T"
  }

  /// A file of /proc, whose size is 0 until it is read; empty when its process ended.
  static func content(_ path: String) -> String {
    String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
  }
}
