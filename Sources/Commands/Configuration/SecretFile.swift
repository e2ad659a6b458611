internal import Files
internal import Problems
internal import Terminal

/// A file whose content is for its owner alone: a passphrase or a key.
enum SecretFile {
  private static let limit = 1 << 16

  /// The file's bytes.
  ///
  /// - Parameters:
  ///   - path: The file; a pipe is one too, as in `--passphrase-file <(pass)`.
  ///   - what: What it holds: `passphrase` or `key`.
  /// - Returns: Its first 64 KiB, which is more than any of them has.
  /// - Throws: `<what>.unreadable`, `<what>.exposed` when others may read it.
  static func contents(of path: String, what: String) throws -> [UInt8] {
    guard let facts = FileFacts(path: path), let content = read(path) else {
      throw Problem(
        .usage,
        code: "\(what).unreadable",
        "The \(what) file \(path) cannot be read",
        hint: "Check that it exists and that this user may read it."
      )
    }
    guard !facts.isRegular || facts.mode & 0o077 == 0 else {
      throw Problem(
        .usage,
        code: "\(what).exposed",
        "The \(what) file \(path) can be read by others",
        reason: "its mode is 0\(String(facts.mode, radix: 8))",
        hint: "Run: chmod 600 \(path)"
      )
    }
    return content
  }

  /// A whole file; unlike `FileManager`, this also reads pipes.
  private static func read(_ path: String) -> [UInt8]? {
    guard let file = try? SequentialFile(path: path) else { return nil }
    var content: [UInt8] = []
    while content.count < limit {
      guard let piece = try? file.next() else { return nil }
      if piece.isEmpty { break }
      content += piece
    }
    return Array(content.prefix(limit))
  }
}
