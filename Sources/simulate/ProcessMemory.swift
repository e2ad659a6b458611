import Files
import Foundation
import Problems

/// What the system says of this process's memory.
enum ProcessMemory {
  /// The most that was ever resident, in MiB: `VmHWM` of proc_pid_status(5).
  static func peakMib() throws -> Int {
    let path = "/proc/self/status"
    // Files of /proc claim to be empty, so the size says nothing.
    let bytes = try ReadableFile(path: path).read(0..<65_536)
    let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
      .first { $0.hasPrefix("VmHWM:") }
    guard let kib = line?.split(separator: " ").compactMap({ Int($0) }).first else {
      throw Problem(
        code: "simulate.memory",
        "\(path) does not say how much memory this process has used"
      )
    }
    return (kib + 1023) / 1024
  }

  /// Lets the peak begin again with what is resident now: 5 in `clear_refs` of proc(5).
  static func forgetPeak() throws {
    let path = "/proc/self/clear_refs"
    guard let file = FileHandle(forWritingAtPath: path) else {
      throw Problem(code: "simulate.memory", "\(path) cannot be written")
    }
    try file.write(contentsOf: Data("5\n".utf8))
    try file.close()
  }
}
