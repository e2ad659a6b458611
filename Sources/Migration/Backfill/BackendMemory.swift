internal import FoundationEssentials
internal import Postgres

/// The memory of the server's process that serves a connection, where both run on one machine.
struct BackendMemory {
  private let path: String?

  /// A connection through a socket directory is to a server of this machine; whether its processes
  /// are to be seen from here, its command line must tell.
  init(of connection: Connection) throws {
    let isLocal = try connection.query("SELECT pg_catalog.inet_server_addr() IS NULL", []).bool
    let folder = "/proc/\(connection.backendPID)"
    let command = isLocal ? FileManager.default.contents(atPath: "\(folder)/cmdline") : nil
    let isServer = command.map { String(decoding: $0, as: UTF8.self).hasPrefix("postgres:") }
    path = isServer == true ? "\(folder)/status" : nil
  }

  /// The most that the process has had of its own until now, in bytes; nil where it cannot be seen.
  ///
  /// The pages of shared buffers and of the program, which it shares with others, are taken off
  /// (proc(5): `VmHWM`, `RssFile`, `RssShmem`).
  var peak: Int? {
    guard let path, let bytes = FileManager.default.contents(atPath: path) else { return nil }
    var kilobytes: [Substring: Int] = [:]
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let words = line.split { $0 == ":" || $0 == "\t" || $0 == " " }
      if words.count == 3, let number = Int(words[1]) { kilobytes[words[0]] = number }
    }
    guard let highest = kilobytes["VmHWM"], let file = kilobytes["RssFile"],
      let shared = kilobytes["RssShmem"]
    else { return nil }
    return max(0, highest - file - shared) * 1_024
  }
}
