internal import Bytes
internal import Problems

/// A program that compresses whole files, known by the bytes that such a file begins with.
///
/// What is imported comes back byte for byte, and shares what it has in common with other nights; for
/// that the dump itself has to be read, not its compressed form. So the way is a pipe.
enum DumpCompression: String, CaseIterable {
  case gzip
  case zstd
  case xz
  case bzip2
  case lz4

  /// How a file of this kind begins (RFC 1952, RFC 8878, and the formats of the other three).
  private var magic: [UInt8] {
    switch self {
    case .gzip: [0x1f, 0x8b]
    case .zstd: [0x28, 0xb5, 0x2f, 0xfd]
    case .xz: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]
    case .bzip2: Array("BZh".utf8)
    case .lz4: [0x04, 0x22, 0x4d, 0x18]
    }
  }

  /// Recognises a compressed file by its first bytes.
  init?(_ bytes: some Collection<UInt8>) {
    guard let found = Self.allCases.first(where: { bytes.starts(with: $0.magic) }) else {
      return nil
    }
    self = found
  }

  /// Refuses the file, with the command that imports what is in it.
  func refusal(of source: DumpSource) -> Problem {
    var way = "\(rawValue) -dc | drydock import - --name NAME"
    if case .path(let path) = source {
      let file = ShellWords.quoted(path)
      way = "\(rawValue) -dc \(file) | drydock import - --name \(Self.name(of: path))"
    }
    return Problem(
      .usage,
      code: "import.compressed",
      "\(source.label) is compressed with \(rawValue); nothing was imported",
      reason: "Drydock compresses by itself, and compressed dumps of two nights share nothing",
      hint: "Give what is in it: \(way). Add --time, which a pipe does not know."
    )
  }

  /// The file's name without its endings, for a person to see what is meant.
  private static func name(of path: String) -> String {
    let file = path.split(separator: "/").last ?? ""
    let stem = file.prefix { $0 != "." }
    return stem.isEmpty ? "NAME" : ShellWords.quoted(String(stem))
  }
}
