internal import Files
internal import FoundationEssentials
internal import Postgres
internal import Problems
public import Repository
public import Snapshot

/// Takes a dump of `pg_dump` or `pg_dumpall` into the repository, as a snapshot of a series of its
/// own.
///
/// The bytes are kept as they are, so that what comes back is the same file. Memory does not grow
/// with the dump: it streams through the cutter, one piece at a time.
public struct ImportRun: Sendable {
  /// A dump that was imported.
  public struct Result: Sendable {
    /// The snapshot's name.
    public var snapshot: SnapshotName
    /// What it says.
    public var manifest: Manifest
    /// What went wrong without harming the snapshot.
    public var warnings: [String]
  }

  let source: DumpSource
  let repository: Repository
  let options: ImportOptions
  let progress: @Sendable (BackupProgress) -> Void

  /// Prepares an import; nothing is opened yet.
  public init(
    of source: DumpSource,
    into repository: Repository,
    options: ImportOptions,
    progress: @escaping @Sendable (BackupProgress) -> Void = { _ in }
  ) {
    self.source = source
    self.repository = repository
    self.options = options
    self.progress = progress
  }

  /// Imports.
  ///
  /// - Returns: The snapshot.
  /// - Throws: `import.no-dump`, `import.incomplete`, and what files and the store throw; there is no
  ///   snapshot then, and the next collection removes what was stored.
  public func run() async throws -> Result {
    try await Lane("drydock.import").run { try store() }
  }

  private func store() throws -> Result {
    let started = ContinuousClock.now
    let taken = try taken()
    let writer = try repository.beginSnapshot(parent: nil, delta: .never)
    do {
      var reading = try DumpReading(writer, repository, options, progress)
      try reading.read(source)
      var manifest = reading.manifest(of: source, taken: taken)
      manifest.totals.seconds = started.secondsAgo
      let reader = try repository.makeReader()
      let name = try writer.commit(
        manifest: try manifest.encoded(),
        at: try manifest.takenTime
      ) { need in try manifest.visitChunks(reader) { id, _ in try need(id) } }
      return Result(
        snapshot: name,
        manifest: manifest,
        warnings: writer.notices.map(\.summary) + Self.missing(in: manifest)
      )
    } catch {
      // The error that stopped the import is the one to report; a lease expires by itself.
      try? writer.abandon()
      throw error
    }
  }

  /// What a dump that was cut off does not hold.
  private static func missing(in manifest: Manifest) -> [String] {
    guard let dump = manifest.dump, !dump.isComplete else { return [] }
    return ["the dump has no end: what was to come after the cut is not in the snapshot"]
  }

  /// The instant that the dump shows, as far as somebody knows.
  private func taken() throws -> String {
    let written = try source.modified().map { Date(timeIntervalSince1970: TimeInterval($0)) }
    let time = options.time ?? written ?? Date()
    // To the microsecond, as servers say it.
    return time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
      .replacing("Z", with: "000Z")
  }
}
