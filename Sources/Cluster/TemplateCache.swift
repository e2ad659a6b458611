internal import Files
internal import FoundationEssentials
internal import Problems

/// Filled scratch servers that are kept as files, so that the next one need not be filled anew.
///
/// A template is a tar archive of a stopped server's data directory. That directory belongs to the
/// scratch's user, in whose name strangers' code ran; so that user packs and unpacks it, and only
/// bytes pass through our hands: a link that was planted there leads nowhere with our rights. The
/// archive itself is ours alone, for it holds production's rows. Nobody needs a lock: an archive
/// has its name when it is whole, and one that is being read outlives its name.
///
/// The files are not synced. What a loss of power may have torn is never used: a file's name begins
/// with the ``bootID``, and those of another start of the machine are removed.
public struct TemplateCache: Sendable, Equatable {
  /// The directory, which is made with the first template; only its owner may enter.
  public let directory: String
  /// How many bytes all templates may take; the least recently used go first.
  public let limit: Int

  private static let ending = ".tar"

  /// A cache in a directory; `limit` 0 keeps nothing.
  public init(directory: String, limit: Int) {
    self.directory = directory
    self.limit = limit
  }

  /// Changes with every start of the machine (random(4), "/proc interfaces").
  public static var bootID: String {
    get throws {
      let path = "/proc/sys/kernel/random/boot_id"
      // The kernel says of such a file that it is empty, so it is read without a look at its size.
      let bytes = FileManager.default.contents(atPath: path) ?? Data()
      let text = String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
      guard !text.isEmpty else {
        throw Problem(
          code: "cluster.no-boot-id",
          "\(path) cannot be read, which tells one start of the machine from another",
          hint: "Set templates to 0, so that no restored snapshot is kept."
        )
      }
      return text
    }
  }

  private func path(of key: String) throws -> String {
    "\(directory)/\(try Self.bootID).\(key)\(Self.ending)"
  }

  /// A template for reading, which counts as used now; nil where there is none.
  func open(_ key: String) throws -> ReadableFile? {
    let path = try path(of: key)
    guard let file = try? ReadableFile(path: path) else { return nil }
    do {
      try Directory.touch(path)
    } catch let problem as Problem where problem.code == "files.not-found" {
      // Another process has made room meanwhile; what is open stays readable.
    }
    return file
  }

  /// Removes a template, as one that turned out to be unusable.
  func remove(_ key: String) throws { try Directory.removeTree(try path(of: key)) }

  /// Removes all templates, where none are to be kept any more.
  ///
  /// - Throws: A `Problem` with code `files.*`.
  public func clear() throws {
    guard Directory.exists(directory) else { return }
    for template in try templates() { try remove(template) }
  }

  /// Begins a template once there is room for it; nil where it does not fit.
  ///
  /// - Parameters:
  ///   - key: Its key; characters of a file's name.
  ///   - size: How many bytes it will take.
  /// - Returns: The file, which has its name when it is finished.
  /// - Throws: A `Problem` with code `files.*`.
  func begin(_ key: String, size: Int) throws -> GrowingFile? {
    try Directory.create(directory)
    try removeUnfinished()
    try removeUnreadable()
    guard size <= limit else { return nil }
    let superfluous = try superfluous(for: size)
    // Whoever unpacks it needs the same space again.
    let free = freeSpace + superfluous.reduce(0) { $0 + $1.size }
    guard free > 2 * size else { return nil }
    for template in superfluous { try remove(template) }
    return try GrowingFile(path: try path(of: key), durability: .fast)
  }

  /// The templates, those first that were not used for the longest time.
  private func templates() throws -> [Directory.Entry] {
    try Directory.entries(of: directory)
      .filter { !$0.isDirectory && $0.name.hasSuffix(Self.ending) }
      .sorted { ($0.modified, $0.modifiedNanoseconds) < ($1.modified, $1.modifiedNanoseconds) }
  }

  /// Those that have to go so that all fit with another one.
  private func superfluous(for size: Int) throws -> [Directory.Entry] {
    let templates = try templates()
    var total = templates.reduce(0) { $0 + $1.size }
    return templates.prefix { template in
      guard total + size > limit else { return false }
      total -= template.size
      return true
    }
  }

  /// What was made before the machine started last is never used again, and holds production's rows.
  private func removeUnreadable() throws {
    let boot = try Self.bootID
    for template in try templates() where !template.name.hasPrefix("\(boot).") {
      try remove(template)
    }
  }

  private func remove(_ template: Directory.Entry) throws {
    try Directory.removeTree("\(directory)/\(template.name)")
  }

  /// What a killed process began; nothing takes an hour to be packed and stays useful.
  private func removeUnfinished() throws {
    let oldest = Int64(Date().timeIntervalSince1970) - 3600
    for entry in try Directory.entries(of: directory)
    where entry.name.hasSuffix(".partial") && entry.modified < oldest {
      try Directory.removeTree("\(directory)/\(entry.name)")
    }
  }

  /// Where the disk does not say, there is none: the template is not worth a full disk.
  private var freeSpace: Int { DiskSpace(of: directory)?.free ?? 0 }
}
