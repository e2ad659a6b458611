public import Files
internal import Bytes
internal import Problems
internal import Repository
public import Snapshot

/// Gives an imported dump back, byte for byte.
public struct DumpExport: Sendable {
  let content: SnapshotContent
  let dump: Manifest.Dump

  /// The export of a snapshot; nil where nothing was imported.
  public init?(of content: SnapshotContent) {
    guard let dump = content.manifest.dump else { return nil }
    self.init(content: content, dump: dump)
  }

  init(content: SnapshotContent, dump: Manifest.Dump) {
    self.content = content
    self.dump = dump
  }

  /// Whether it is a directory, which no stream can hold.
  public var isDirectory: Bool { dump.form == .directory }

  /// Gives the bytes of a dump that is one file.
  ///
  /// - Parameter write: Takes the pieces, in order.
  /// - Throws: `export.directory` for a dump of several files; what the repository says of damage.
  public func run(_ write: ([UInt8]) throws -> Void) throws {
    guard !isDirectory else {
      throw Problem(
        .usage,
        code: "export.directory",
        "the imported dump is a directory of files",
        hint: "Give the directory to write: --output DIRECTORY."
      )
    }
    for file in dump.files {
      try content.read(file) { piece in
        var bytes: [UInt8] = []
        bytes.append(piece)
        try write(bytes)
      }
    }
  }

  /// Writes a dump that is a directory; it must not exist.
  public func write(
    directory: String,
    durability: AtomicFile.Durability = .durable
  ) throws {
    guard try !Directory.exists(directory) || Directory.entries(of: directory).isEmpty else {
      throw Problem(
        .refused,
        code: "export.not-empty",
        "the directory \(directory) is not empty; nothing was written",
        hint: "Name one that does not exist."
      )
    }
    try Directory.create(directory, mode: 0o700)
    for file in dump.files {
      // What a manifest says is somebody's word: no name leads out of the directory.
      guard !file.name.isEmpty, !file.name.contains("/"), !file.name.hasPrefix(".") else {
        throw Problem(
          .damaged,
          code: "snapshot.dump-file",
          "the imported dump has a file with the name '\(file.name)'",
          reason: "pg_dump writes no such file",
          hint: "Nothing of it was written. Use another snapshot, and ask who took this one."
        )
      }
      let written = try GrowingFile(path: "\(directory)/\(file.name)", durability: durability)
      try content.read(file) { piece in
        var bytes: [UInt8] = []
        bytes.append(piece)
        try written.append(bytes)
      }
      try written.finish()
    }
  }
}
