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
  private let known = Known()

  /// What lies in a directory of the directory.
  struct Folder {
    /// Plain files.
    var files: Set<String> = []
    /// Directories, in the order of names.
    var folders: [String] = []
  }

  /// The directories in it that were read: each is read once, however many patches ask.
  private final class Known {
    var folders: [String: Folder] = [:]
  }

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

  /// What lies in a directory in it; nothing where there is no such directory.
  ///
  /// - Throws: A `Problem` when it is there and cannot be read: its files must not be passed over.
  func contents(of folder: String) throws(Problem) -> Folder {
    if let known = known.folders[folder] { return known }
    do {
      let entries = try Directory.entries(of: "\(path)/\(folder)")
      known.folders[folder] = Folder(
        files: Set(entries.filter { !$0.isDirectory }.map(\.name)),
        folders: entries.filter(\.isDirectory).map(\.name)
      )
    } catch let problem as Problem where problem.code == "files.not-found" {
      known.folders[folder] = Folder()
    } catch {
      throw Problem(
        .failed,
        code: "patch.unreadable",
        "\(folder)/: the directory cannot be read",
        reason: (error as? Problem).map { $0.reason ?? $0.summary },
        hint: "Nothing was run. May this user read it?"
      )
    }
    return known.folders[folder] ?? Folder()
  }

  /// Whether there is such a file, in the directory or below it.
  func has(_ file: String) throws(Problem) -> Bool {
    let folder = file.split(separator: "/").dropLast().joined(separator: "/")
    let name = file.split(separator: "/").last.map(String.init) ?? file
    return try folder.isEmpty ? files.contains(name) : contents(of: folder).files.contains(name)
  }
}
