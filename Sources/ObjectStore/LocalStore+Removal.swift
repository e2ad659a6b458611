internal import Files
internal import Problems

extension LocalStore {
  /// Whether this user can remove a file from the directory: one is written and removed.
  ///
  /// Where it cannot be removed, one empty file `.removable` stays, which is no object.
  ///
  /// - Returns: False where the system refused to remove it.
  /// - Throws: A `Problem` with code `files.*` where it could not be written.
  public func allowsRemoval() throws -> Bool {
    let inside = "\(location)/snapshots"
    let path = "\(files.isDirectory(inside) ? inside : location)/.removable"
    do {
      try files.create(path, [], mode: 0o600, isSynced: false)
    } catch let problem as Problem where problem.code == "files.exists" {
      // Left by the last time, when it could not be removed.
    }
    do {
      try files.remove(path)
      return true
    } catch let problem as Problem where problem.code == "files.no-permission" {
      return false
    }
  }
}
