internal import Snapshot

/// The last bytes of a script, which tell whether it is whole.
struct DumpTail {
  private static let length = 4096
  private var bytes: [UInt8] = []

  /// Takes the next bytes of the file.
  mutating func append(_ more: [UInt8]) {
    bytes = Array((bytes + more.suffix(Self.length)).suffix(Self.length))
  }

  /// Whether the line is there that the program writes last.
  ///
  /// Only a blank line, and what lets `psql` execute commands again, may follow it.
  func isEnd(of form: Manifest.Dump.Form) -> Bool {
    let last =
      form == .cluster
      ? "-- PostgreSQL database cluster dump complete" : "-- PostgreSQL database dump complete"
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    let end = lines.last { $0 != "--" && !$0.hasPrefix("\\unrestrict ") }
    return end.map(String.init) == last && bytes.last == UInt8(ascii: "\n")
  }
}
