internal import Cryptography
internal import Files
internal import Problems
internal import Synchronization

/// Ranges of objects in a directory, one file each; the one that was not used for the longest time
/// leaves first.
///
/// A file is the mark `DRYRANG1`, SHA-256 over its key and its content, and the content. So a file
/// that was torn, changed or renamed is not believed. Files appear whole under their name, and a
/// file that another process removes while it is read stays readable: no locks are needed.
final class RangeCache: Sendable {
  /// Which bytes of which object.
  struct Key {
    var name: ObjectName
    var range: Range<Int>

    /// The file's path in the cache: the object's own, and the range.
    var path: String { "\(name.text).\(range.lowerBound)-\(range.upperBound)" }
  }

  private struct File {
    var path: String
    var size: Int
    var lastUse: Int
    var modified: Int64
  }

  private struct State {
    var statistics = CachedStore.Statistics()
    /// Bytes in the directory as far as this process knows; nil before it has looked.
    var size: Int?
    /// When this process used a file last, as a running number.
    var uses: [String: Int] = [:]
    var lastUse = 0
  }

  private static let mark = Array("DRYRANG1".utf8)
  private static let headLength = mark.count + SHA256.length

  private let directory: String
  private let limit: Int
  private let state = Mutex(State())

  init(directory: String, limit: Int) {
    self.directory = directory
    self.limit = limit
  }

  var statistics: CachedStore.Statistics { state.withLock { $0.statistics } }

  /// Whether a file of the right length is there; its content is not looked at.
  func contains(_ key: Key) -> Bool {
    let size = try? ReadableFile(path: path(key.path)).size()
    return size == Self.headLength + key.range.count
  }

  /// The bytes, proven; nil when they are not there or not to be believed.
  func bytes(_ key: Key) -> [UInt8]? {
    let bytes = tolerating { try read(key) } ?? nil
    state.withLock { state in
      if bytes == nil { state.statistics.misses += 1 } else { state.statistics.hits += 1 }
    }
    return bytes
  }

  /// Keeps a range, and makes room for it first where that is needed.
  func keep(_ bytes: [UInt8], _ key: Key) {
    let length = Self.headLength + bytes.count
    // One range must not empty the cache.
    guard length <= limit / 4 else { return }
    tolerating {
      try makeRoom(for: length)
      let file = Self.mark + (try Self.code(of: bytes, key)) + bytes
      let path = path(key.path)
      try Directory.create(Directory.parent(of: path))
      try unlessRemoved {
        try AtomicFile.write(file, to: path, durability: .fast)
        noteUse(key)
      }
    }
  }

  private func read(_ key: Key) throws -> [UInt8]? {
    let path = path(key.path)
    let limit = Self.headLength + key.range.count
    guard let content = try unlessRemoved({ try ReadableFile.contents(of: path, limit: limit) })
    else { return nil }
    let bytes = Array(content.dropFirst(Self.headLength))
    guard bytes.count == key.range.count,
      content.prefix(Self.headLength).elementsEqual(Self.mark + (try Self.code(of: bytes, key)))
    else {
      try remove(key.path)
      throw Problem(
        code: "store.cache-damaged",
        "the file \(path) of the local cache was damaged; it was removed",
        facts: [.init("path", path)]
      )
    }
    // Other processes see by the file's time that it is in use; once is enough for that.
    if noteUse(key) { try unlessRemoved { try Directory.touch(path) } }
    return bytes
  }

  /// Notes that this process used a file, and says whether it is the first time.
  @discardableResult
  private func noteUse(_ key: Key) -> Bool {
    state.withLock { state in
      state.lastUse += 1
      return state.uses.updateValue(state.lastUse, forKey: key.path) == nil
    }
  }

  /// Removes the files that were not used for the longest time, when the limit would be passed.
  ///
  /// Down to three quarters, so that the directory is not listed for every range. Files that this
  /// process has not used go first, by their time: those are other processes', or of earlier days.
  private func makeRoom(for length: Int) throws {
    try state.withLock { state in
      if let size = state.size, size + length <= limit {
        state.size = size + length
        return
      }
      var files: [File] = []
      try collect("", into: &files, state.uses)
      var size = files.reduce(length) { $0 + $1.size }
      if size > limit {
        files.sort { ($0.lastUse, $0.modified, $0.path) < ($1.lastUse, $1.modified, $1.path) }
        for file in files where size > limit / 4 * 3 {
          try remove(file.path)
          state.uses[file.path] = nil
          size -= file.size
        }
      }
      state.size = size
    }
  }

  /// All files, also temporary ones: those go last, since they may be another process's work, but go
  /// they do when killed processes have left so many that little else fits.
  private func collect(
    _ below: String,
    into files: inout [File],
    _ uses: [String: Int]
  ) throws {
    let directory = path(below)
    guard Directory.exists(directory) else { return }
    for entry in try Directory.entries(of: directory) {
      let path = below.isEmpty ? entry.name : "\(below)/\(entry.name)"
      if entry.isDirectory {
        try collect(path, into: &files, uses)
      } else {
        let use = entry.name.hasPrefix(".") ? Int.max : uses[path] ?? 0
        files.append(File(path: path, size: entry.size, lastUse: use, modified: entry.modified))
      }
    }
  }

  private func remove(_ path: String) throws {
    try unlessRemoved { try Directory.removeFile(self.path(path)) }
  }

  /// Runs a body on a file that another process may remove at any moment, to make room.
  ///
  /// That is no failure, and no reason to throw away what has been read of it. Nil when it was gone.
  @discardableResult
  private func unlessRemoved<Result>(_ body: () throws -> Result) throws -> Result? {
    do {
      return try body()
    } catch let problem as Problem where problem.code == "files.not-found" {
      return nil
    }
  }

  private func path(_ below: String) -> String {
    below.isEmpty ? directory : "\(directory)/\(below)"
  }

  /// Binds the content to its key, so that a file under another name proves nothing.
  private static func code(of bytes: [UInt8], _ key: Key) throws -> [UInt8] {
    try SHA256.hash(Array(key.path.utf8) + [0] + bytes)
  }

  /// Runs a body whose failure must not reach a reader: it is counted, and the first one is kept.
  @discardableResult
  private func tolerating<Result>(_ body: () throws -> Result) -> Result? {
    do {
      return try body()
    } catch {
      state.withLock { state in
        state.statistics.failures += 1
        if let problem = error as? Problem, state.statistics.firstFailure == nil {
          state.statistics.firstFailure = problem
        }
      }
      return nil
    }
  }
}
