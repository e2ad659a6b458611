internal import Files
internal import Problems

/// Where a dump is read from.
public enum DumpSource: Sendable, Equatable {
  /// A file, or the directory of `pg_dump --format=directory`.
  case path(String)
  /// Standard input.
  case standardInput

  /// For people.
  var label: String {
    switch self {
    case .path(let path): path
    case .standardInput: "standard input"
    }
  }

  /// The last part of the path.
  var fileName: String? {
    guard case .path(let path) = self else { return nil }
    return path.split(separator: "/").last.map(String.init)
  }

  /// The directory; nil for a file or standard input.
  var directory: String? {
    guard case .path(let path) = self, Directory.exists(path) else { return nil }
    return path
  }

  /// The files of the dump's directory, by name.
  ///
  /// - Throws: `import.no-dump` where it is none of `pg_dump`'s.
  static func files(in directory: String) throws -> [Directory.Entry] {
    let entries = try Directory.entries(of: directory)
    guard entries.contains(where: { $0.name == "toc.dat" }),
      !entries.contains(where: \.isDirectory)
    else {
      throw Problem(
        .usage,
        code: "import.no-dump",
        "the directory \(directory) is no dump that Drydock knows",
        reason: "pg_dump --format=directory writes toc.dat and files beside it, no directories",
        hint: "Give the directory that pg_dump was told to write."
      )
    }
    return entries
  }

  /// When the dump was last written, in seconds since 1970; nil for standard input.
  func modified() throws -> Int64? {
    guard case .path(let path) = self else { return nil }
    if let directory { return try Self.files(in: directory).map(\.modified).max() }
    let name = path.split(separator: "/").last.map(String.init)
    return try Directory.entries(of: Directory.parent(of: path)).first { $0.name == name }?
      .modified
  }
}
