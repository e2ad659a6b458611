internal import Files
internal import FoundationEssentials
internal import Problems
internal import Processes

extension ScratchServer {
  /// Starts a server on a copy of one that was kept.
  ///
  /// - Parameters:
  ///   - key: The key under which it was kept.
  ///   - cache: Where.
  ///   - options: The same as those of the server that was kept.
  ///   - user: A superuser of that server.
  ///   - note: Told of a template that is removed.
  /// - Returns: The running copy; nil where nothing is kept under that key, or what is kept could not
  ///   be unpacked or did not start, and is removed.
  /// - Throws: As ``start(_:)``.
  public static func start(
    copying key: String,
    in cache: TemplateCache,
    _ options: ScratchOptions,
    checkedBy user: String = ScratchServer.superuser,
    note: (String) -> Void = { _ in }
  ) throws -> ScratchServer? {
    guard let template = try cache.open(key) else { return nil }
    do {
      return try start(options, checkedBy: user) { server in try server.unpack(template) }
    } catch let problem as Problem where [unusable, notStarted].contains(problem.code) {
      // A full disk says nothing of the template, which another run can use.
      guard problem.reason?.contains("No space left on device") != true else { throw problem }
      try cache.remove(key)
      let reason = problem.reason.map { ": \($0)" } ?? ""
      note("a kept copy was of no use and is removed: \(problem.summary)\(reason)")
      return nil
    }
  }

  /// Keeps a copy of this server, which is stopped meanwhile and runs again afterwards.
  ///
  /// - Parameters:
  ///   - key: The key for ``start(copying:in:_:)``; characters of a file's name.
  ///   - cache: Where.
  ///   - user: A superuser of this server.
  /// - Returns: Whether it is kept: it may not fit.
  /// - Throws: A `Problem` when the server does not run afterwards, or the copy fails.
  public func keep(
    as key: String,
    in cache: TemplateCache,
    checkedBy user: String = ScratchServer.superuser
  ) throws -> Bool {
    try stop(.fast)
    let outcome = Result { try pack(as: key, in: cache) }
    try startAgain(checkedBy: user)
    return try outcome.get()
  }

  private static let unusable = "cluster.template-unusable"
  private static let notStarted = "cluster.not-started"

  private func pack(as key: String, in cache: TemplateCache) throws -> Bool {
    // After a clean stop nothing of the write-ahead log is needed, and it can take a gigabyte
    // (manual, pg_resetwal).
    try invocation("pg_resetwal", ["--pgdata=\(dataDirectory)"]).run().checked()
    guard let file = try cache.begin(key, size: try Self.size(of: dataDirectory)) else {
      return false
    }
    try archive(["--create", "--file=-", "data"])
      .run(output: .descriptor(file.descriptor)).checked()
    try file.finish()
    return true
  }

  private func unpack(_ template: ReadableFile) throws {
    let outcome = try archive(["--extract", "--preserve-permissions", "--file=-"])
      .run(input: .descriptor(template.descriptor), output: .discarded)
    guard outcome.status.isSuccess else {
      throw Problem(code: Self.unusable, "a kept copy cannot be unpacked", reason: outcome.errors)
    }
  }

  /// tar(1), as the server's user and in its home.
  private func archive(_ arguments: [String]) -> Invocation {
    client("tar", arguments)
  }

  private static func size(of directory: String) throws -> Int {
    try Directory.entries(of: directory).reduce(0) { total, entry in
      try total
        + (entry.isDirectory ? size(of: "\(directory)/\(entry.name)") : entry.size)
    }
  }
}
