internal import Problems

/// A directory of files that others read while it is written anew, such as a web server.
///
/// Each file is whole or absent. The entry is written last, so it never leads to a page that is not
/// there yet; what is no longer wanted goes after that. A list in the directory says which files are
/// ours; all others are somebody else's, and never touched.
public struct PublishedDirectory: Sendable {
  private let path: String
  private let listName: String
  private let ending: String

  /// Names a directory.
  ///
  /// - Parameters:
  ///   - path: The directory; it is made where it does not exist.
  ///   - list: The name of the file that says which are ours.
  ///   - ending: What the names of our files end with, such as `.html`.
  public init(_ path: String, list: String, ending: String) {
    self.path = path
    listName = list
    self.ending = ending
  }

  /// Writes all files, the entry last, and removes ours that are not among them.
  ///
  /// - Parameters:
  ///   - files: Names and contents.
  ///   - entry: The name of the one that leads to the others.
  /// - Returns: How many stale files were removed.
  /// - Throws: `files.not-ours` where the directory holds something else; `files.*`.
  @discardableResult
  public func publish(_ files: [String: [UInt8]], entry: String) throws -> Int {
    precondition(files.keys.allSatisfy(isName) && files[entry] != nil, "a name is not ours")
    try Directory.create(path, mode: 0o755)
    let known = try ours()
    try refuseStrangers(among: Set(files.keys).subtracting(known ?? []), isNew: known == nil)
    // Before anything is written: whatever a crash leaves behind is known as ours next time.
    try writeList(Set(files.keys).union(known ?? []))
    for (name, bytes) in files.sorted(by: { $0.key < $1.key }) where name != entry {
      try write(name, bytes)
    }
    try write(entry, files[entry] ?? [])
    let stale = (known ?? []).subtracting(files.keys)
    let there = try Directory.entries(of: path).map(\.name).filter(stale.contains)
    for name in there { try Directory.removeFile("\(path)/\(name)") }
    try writeList(Set(files.keys))
    return there.count
  }

  private func write(_ name: String, _ bytes: [UInt8]) throws {
    try AtomicFile.write(bytes, to: "\(path)/\(name)", durability: .fast, mode: 0o644)
  }

  /// The names in the list; nil where there is none.
  ///
  /// Whoever wrote it, it names files here alone.
  private func ours() throws -> Set<String>? {
    do {
      let bytes = try ReadableFile.contents(of: "\(path)/\(listName)", limit: 1 << 22)
      return Set(
        String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
          .filter(isName)
      )
    } catch let problem as Problem where problem.code == "files.not-found" {
      return nil
    }
  }

  private func writeList(_ names: Set<String>) throws {
    try write(listName, Array(names.sorted().map { $0 + "\n" }.joined().utf8))
  }

  private func isName(_ name: String) -> Bool {
    name.hasSuffix(ending) && name.count > ending.count
      && name.utf8.allSatisfy {
        switch $0 {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
          UInt8(ascii: "-"), UInt8(ascii: "."):
          true
        default: false
        }
      } && !name.hasPrefix(".")
  }

  private func refuseStrangers(among new: Set<String>, isNew: Bool) throws {
    let entries = try Directory.entries(of: path)
    let stranger = isNew ? entries.first : entries.first { new.contains($0.name) }
    guard let stranger else { return }
    throw Problem(
      .refused,
      code: "files.not-ours",
      isNew ? "\(path) holds something else" : "\(path)/\(stranger.name) is somebody else's",
      reason: isNew ? "it is not empty, and has no \(listName)" : nil,
      facts: [.init("file", "\(path)/\(stranger.name)")],
      hint: "Name a directory that is empty or does not exist; nothing was changed."
    )
  }
}
