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
  init(_ bytes: ArraySlice<UInt8>, of source: String) throws {
    let bytes = Array(bytes.prefix(Self.length))
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
      throw Self.noDump(bytes, source)
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

  private static func noDump(_ bytes: [UInt8], _ source: String) -> Problem {
    let compressed: [([UInt8], String)] = [
      ([0x1f, 0x8b], "gzip"), ([0x28, 0xb5, 0x2f, 0xfd], "zstd"), ([0xfd, 0x37, 0x7a], "xz"),
    ]
    let program = compressed.first { bytes.starts(with: $0.0) }?.1
    return Problem(
      .usage,
      code: "import.no-dump",
      "\(source) is no dump that Drydock knows",
      reason: program.map { "it is compressed with \($0)" }
        ?? "it begins neither as pg_dump nor as pg_dumpall write it",
      hint: program.map { "Give its content: \($0) -dc FILE | drydock import - --name NAME" }
        ?? "Give what pg_dump (plain, custom, directory) or pg_dumpall wrote; of a tar archive "
        + "unpack the directory first."
    )
  }
}
