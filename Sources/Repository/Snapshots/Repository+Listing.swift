internal import ObjectStore
internal import Problems

extension Repository {
  /// Reads every object of a directory that others add to and remove from meanwhile.
  ///
  /// What has gone between the listing and the reading may have been replaced by an object that
  /// came after the listing, as a lease is by its renewal: then all is listed again, so that neither
  /// is missed.
  ///
  /// - Parameters:
  ///   - directory: Which directory, such as `leases`.
  ///   - read: Reads one object.
  /// - Returns: What was read of the objects of one listing.
  /// - Throws: What `read` throws of an object that is still listed, or
  ///   `repository.busy` where objects come and go too fast.
  func readAll<Content>(
    _ directory: String,
    _ read: (ObjectInfo) throws -> Content
  ) throws -> [Content] {
    for _ in 0..<16 {
      var contents: [Content] = []
      var vanished = false
      for object in try store.list(directory) {
        do {
          contents.append(try read(object))
        } catch let problem as Problem where problem.kind == .damaged {
          guard try !isStored(object.name) else { throw problem }
          vanished = true
        }
      }
      if !vanished { return contents }
    }
    throw Problem(
      code: "repository.busy",
      "the objects in \(directory) of \(store.location) change faster than they can be read",
      hint: "Run the command again later.",
      isRetryable: true
    )
  }

  /// Whether an object is there, asked for itself: a listing may be behind.
  func isStored(_ name: ObjectName) throws -> Bool {
    do {
      _ = try store.size(of: name)
      return true
    } catch let problem as Problem where problem.code == StoreProblem.notFoundCode {
      return false
    }
  }
}
