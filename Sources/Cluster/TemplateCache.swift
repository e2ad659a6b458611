internal import Files
internal import Foundation
internal import Problems

/// Filled scratch servers that are kept as files, so that the next one need not be filled anew.
///
/// A template is a tar archive of a stopped server's data directory. That directory belongs to the
/// scratch's user, in whose name strangers' code ran; so that user packs and unpacks it, and only
/// bytes pass through our hands: a link that was planted there leads nowhere with our rights. The
/// archive itself is ours alone, for it holds production's rows. Nobody needs a lock: an archive
/// has its name when it is whole, and one that is being read outlives its name.
///
/// The files are not synced. What a loss of power may have torn is never used: the key should name
/// the ``bootID``.
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
      let bytes = try ReadableFile.contents(of: "/proc/sys/kernel/random/boot_id", limit: 64)
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  private func path(of key: String) -> String { "\(directory)/\(key)\(Self.ending)" }

  /// A template for reading, which counts as used now; nil where there is none.
  func open(_ key: String) throws -> FileHandle? {
    guard let file = FileHandle(forReadingAtPath: path(of: key)) else { return nil }
    do {
      try Directory.touch(path(of: key))
    } catch let problem as Problem where problem.code == "files.not-found" {
      // Another process has made room meanwhile; what is open stays readable.
    }
    return file
  }

  /// Removes a template, as one that turned out to be unusable.
  func remove(_ key: String) throws { try Directory.removeTree(path(of: key)) }

  /// Begins a template once there is room for it; nil where it does not fit.
  ///
  /// - Parameters:
  ///   - key: Its key; characters of a file's name.
  ///   - size: How many bytes it will take.
  /// - Returns: The file, which has its name when it is finished.
  /// - Throws: A `Problem` with code `files.*`.
  func begin(_ key: String, size: Int) throws -> GrowingFile? {
    guard size <= limit else { return nil }
    try Directory.create(directory)
    try makeRoom(for: size)
    // Whoever unpacks it needs the same space again.
    guard try freeSpace() > 2 * size else { return nil }
    return try GrowingFile(path: path(of: key), durability: .fast)
  }

  private func makeRoom(for size: Int) throws {
    try removeUnfinished()
    let templates = try Directory.entries(of: directory)
      .filter { !$0.isDirectory && $0.name.hasSuffix(Self.ending) }
      .sorted { ($0.modified, $0.modifiedNanoseconds) < ($1.modified, $1.modifiedNanoseconds) }
    var total = templates.reduce(0) { $0 + $1.size }
    for template in templates where total + size > limit {
      try Directory.removeTree("\(directory)/\(template.name)")
      total -= template.size
    }
  }

  /// What a killed process began; nothing takes an hour to be packed and stays useful.
  private func removeUnfinished() throws {
    let oldest = Int64(Date().timeIntervalSince1970) - 3600
    for entry in try Directory.entries(of: directory)
    where entry.name.hasSuffix(".partial") && entry.modified < oldest {
      try Directory.removeTree("\(directory)/\(entry.name)")
    }
  }

  private func freeSpace() throws -> Int {
    let attributes = try FileManager.default.attributesOfFileSystem(forPath: directory)
    return (attributes[.systemFreeSize] as? NSNumber)?.intValue ?? 0
  }
}
