internal import Files
internal import Problems

/// The names in a patch directory, hidden ones left out, and the bytes of its files.
struct DirectoryListing {
  /// A patch is held in memory whole, with room for its statements.
  static let sizeLimit = 256 << 20

  let path: String
  /// Plain files, in the order of names.
  let files: [String]
  /// Directories, in the order of names.
  let folders: [String]

  init(_ path: String) throws(Problem) {
    self.path = path
    let names: [String]
    do {
      names = try Directory.entries(of: path).map(\.name).filter { !$0.hasPrefix(".") }.sorted()
    } catch {
      throw Problem(
        .usage,
        code: "patch.directory",
        "the patch directory \(path) cannot be read",
        reason: (error as? Problem)?.reason,
        hint: "Name the directory with --patches DIR, or make one with 'drydock new NAME'."
      )
    }
    folders = names.filter { Directory.exists("\(path)/\($0)") }
    files = names.filter { !Directory.exists("\(path)/\($0)") }
  }

  /// The bytes of a file.
  func bytes(_ file: String) throws(Problem) -> [UInt8] { try Self.bytes(file, in: path) }

  /// The bytes of a file of a directory of patches.
  static func bytes(_ file: String, in directory: String) throws(Problem) -> [UInt8] {
    do {
      return try ReadableFile.contents(of: "\(directory)/\(file)", limit: sizeLimit)
    } catch {
      throw Problem(
        .failed,
        code: "patch.unreadable",
        "\(file): the file cannot be read",
        reason: (error as? Problem).map { $0.reason ?? $0.summary },
        hint: "Nothing was run. Is it in \(directory), and may this user read it?"
      )
    }
  }

  /// The text of a file; what is not UTF-8 is replaced.
  func text(_ file: String) throws(Problem) -> String {
    String(decoding: try bytes(file), as: UTF8.self)
  }

  /// The plain files of a directory in it; none where there is no such directory.
  func files(in folder: String) -> [String] {
    // A directory that cannot be read has no files that could be run either: reading one says why.
    (try? Directory.entries(of: "\(path)/\(folder)").filter { !$0.isDirectory }.map(\.name)) ?? []
  }

  /// Whether there is such a file, in the directory or below it.
  func has(_ file: String) -> Bool {
    let folder = file.split(separator: "/").dropLast().joined(separator: "/")
    let name = file.split(separator: "/").last.map(String.init) ?? file
    return folder.isEmpty ? files.contains(name) : files(in: folder).contains(name)
  }
}
