internal import Files
internal import Terminal

/// Finds the configuration files of a call, and decides which of them to trust.
struct ConfigurationSearch {
  static let fileName = "drydock.yaml"

  var environment: [String: String]
  var directory: String
  var systemDirectory: String

  /// The files that count, the first one most.
  ///
  /// A file that was named stands alone. Otherwise the file here comes first and, so that it cannot
  /// hide what the user or the machine decided (a protection, for example), the first file
  /// of the user or the machine completes it.
  func files(named path: String?) throws -> [ConfigurationFile] {
    if let path { return [try .read(path.absolute(in: directory), isTrusted: true)] }
    var files: [ConfigurationFile] = []
    let here = Self.fileName.absolute(in: directory)
    if FileFacts(path: here) != nil {
      files.append(try .read(here, isTrusted: false))
    }
    if let outside = outsidePaths.first(where: { FileFacts(path: $0) != nil }) {
      files.append(try .read(outside, isTrusted: isTrusted(outside)))
    }
    return files
  }

  /// Whether the user or root owns the file, nobody else may change it, and it is no part of the
  /// checkout in which the program was called.
  func isTrusted(_ path: String) -> Bool {
    guard let facts = FileFacts(path: path), let real = FileFacts.realPath(path) else {
      return false
    }
    let owners = [0, ProcessSurroundings.user]
    return owners.contains(facts.owner) && facts.mode & 0o022 == 0
      && !real.hasPrefix(checkout + "/")
  }

  private var outsidePaths: [String] {
    let home = environment["HOME"].map { $0 + "/.config" }
    let user = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? home
    let directories = [user.map { $0 + "/drydock" }, systemDirectory].compactMap { $0 }
    return directories.map { "\($0)/\(Self.fileName)" }
  }

  /// The nearest directory above that git manages, or else the directory itself.
  ///
  /// A home directory is not a checkout, although some people keep theirs in git; nor is a directory
  /// in which homes lie.
  private var checkout: String {
    let here = FileFacts.realPath(directory) ?? directory
    let home = environment["HOME"].flatMap(FileFacts.realPath)
    var candidate = here
    while candidate.count > 1, candidate != home {
      if FileFacts(path: candidate + "/.git") != nil { return candidate }
      candidate = Directory.parent(of: candidate)
    }
    let holdsHome = home.map { ($0 + "/").hasPrefix(here + "/") } ?? false
    return holdsHome ? here + "/(none)" : here
  }
}
