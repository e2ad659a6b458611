internal import Problems
internal import Snapshot

/// What the first bytes of a dump tell.
struct DumpHead {
  /// Bytes in which everything stands.
  static let length = 16 << 10

  let form: Manifest.Dump.Form
  /// The version of the program that wrote it, where a script says so.
  let program: String?
  /// The version number of the server, such as 150020; 0 where it is not said.
  let serverVersion: Int
  /// The oldest major of `pg_restore` that reads an archive of this version.
  let readerMajor: Int

  /// Recognises a dump; throws a `Problem` of kind `usage` for anything else.
  init(_ bytes: ArraySlice<UInt8>, of source: DumpSource) throws {
    let bytes = Array(bytes.prefix(Self.length))
    if let compression = DumpCompression(bytes) { throw compression.refusal(of: source) }
    if bytes.starts(with: Array("PGDMP".utf8)), bytes.count > 7 {
      form = .custom
      program = nil
      serverVersion = 0
      readerMajor = Self.readerMajor(archiveMinor: bytes[6])
      return
    }
    let text = String(decoding: bytes, as: UTF8.self)
    if text.contains("-- PostgreSQL database cluster dump\n") {
      form = .cluster
    } else if text.contains("-- PostgreSQL database dump\n") {
      form = .plain
    } else {
      throw Self.noDump(source)
    }
    program = Self.value("-- Dumped by pg_dump version ", in: text)
    serverVersion = Self.number(Self.value("-- Dumped from database version ", in: text))
    readerMajor = 0
  }

  /// `150020` of `15.20 (Debian 15.20-0+deb12u1)`; 0 for what has no number.
  static func number(_ version: String?) -> Int {
    let parts = (version ?? "").prefix { $0.isNumber || $0 == "." }.split(separator: ".")
      .compactMap { Int($0) }
    return (parts.first ?? 0) * 10_000 + (parts.count > 1 ? parts[1] : 0)
  }

  /// What stands behind a word until the end of its line.
  static func value(_ word: String, in text: String) -> String? {
    guard let start = text.firstRange(of: word)?.upperBound else { return nil }
    return String(text[start...].prefix { $0 != "\n" })
  }

  /// Versions of archives (`pg_backup_archiver.h`): 1.15 came with 16, 1.16 with 17.
  static func readerMajor(archiveMinor: UInt8) -> Int {
    switch archiveMinor {
    case ...14: 0
    case 15: 16
    default: 17
    }
  }

  private static func noDump(_ source: DumpSource) -> Problem {
    Problem(
      .usage,
      code: "import.no-dump",
      "\(source.label) is no dump that Drydock knows",
      reason: "it begins neither as pg_dump nor as pg_dumpall write it",
      hint: "Give what pg_dump (plain, custom, directory) or pg_dumpall wrote; of a tar archive"
        + " unpack the directory first."
    )
  }
}
