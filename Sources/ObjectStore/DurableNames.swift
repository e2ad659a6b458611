internal import Files
internal import Problems
internal import Synchronization

/// Makes sure that names which others have given are on disk before anybody relies on them.
///
/// Whoever was killed between giving a file its name and syncing the directory leaves a file that
/// everybody sees and that a loss of power takes away again. A writer that found it in a listing
/// would lose with it what it has reported as done. So a listing syncs what it shows, unless it
/// shows what was synced already, and a directory's own name is synced before the first write.
final class DurableNames: Sendable {
  private struct State {
    /// What the listing showed that was synced, as a hash of the names, for each directory.
    var listings: [String: Int] = [:]
    /// Directories whose own names are on disk.
    var prepared: Set<String> = []
  }

  private let root: String
  private let files: any FileSystem
  private let state = Mutex(State())

  /// Names in a directory and below.
  init(below root: String, on files: any FileSystem) {
    self.root = root
    self.files = files
  }

  /// Syncs a directory, unless it has the same names as when that was done last.
  func settle(_ path: String, _ entries: [Directory.Entry]) throws {
    let listing = entries.map(\.name).hashValue
    guard state.withLock({ $0.listings[path] }) != listing else { return }
    do {
      try files.syncDirectory(path)
    } catch let problem as Problem
      where ["files.not-found", "files.no-permission"].contains(problem.code)
    {
      // Gone since; or on a file system where nothing can be written, so nobody relies on it.
    }
    state.withLock { $0.listings[path] = listing }
  }

  /// Makes a directory, with those above it that are missing, and syncs the names of those that are
  /// there: whoever made them may have been killed, or may not be that far yet.
  func prepare(_ path: String) throws {
    guard !state.withLock({ $0.prepared.contains(path) }) else { return }
    let above = Directory.parent(of: path)
    if above != path { try prepare(above) }
    if files.isDirectory(path) {
      do {
        if above != path { try files.syncDirectory(above) }
      } catch let problem as Problem
        where problem.code == "files.no-permission" && !path.hasPrefix(root + "/")
      {
        // What stands above the store need not be open to us, and then we did not make it.
      }
    } else {
      try Directory.create(path, on: files)
    }
    state.withLock { _ = $0.prepared.insert(path) }
  }
}
