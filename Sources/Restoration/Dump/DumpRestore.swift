internal import Catalog
internal import Cluster
public import Postgres
internal import Problems
internal import Processes
internal import Repository
public import Snapshot

/// Loads an imported dump into an empty database, or a dump of a cluster into an empty server.
///
/// It executes what its author wrote, with the rights of whoever restores: a script may hold commands
/// of `psql` that start programs on this machine.
public struct DumpRestore: Sendable {
  /// What a restore of a dump did.
  public struct Result: Sendable, Equatable {
    /// The form of the dump.
    public var form: Manifest.Dump.Form
    /// Its bytes.
    public var bytes: Int
    /// Seconds that it took.
    public var seconds: Double
  }

  let content: SnapshotContent
  let dump: Manifest.Dump
  let settings: ConnectionSettings
  let options: RestoreOptions
  let progress: @Sendable (RestoreProgress) -> Void

  /// Prepares a restore; nil where nothing was imported.
  public init?(
    of content: SnapshotContent,
    into settings: ConnectionSettings,
    options: RestoreOptions,
    progress: @escaping @Sendable (RestoreProgress) -> Void = { _ in }
  ) {
    guard let dump = content.manifest.dump else { return nil }
    self.content = content
    self.dump = dump
    self.settings = settings
    self.options = options
    self.progress = progress
  }

  /// Refuses options that a dump cannot follow, before anything is opened.
  ///
  /// - Throws: `restore.dump-option` of kind `usage`.
  public func checkOptions() throws {
    var refused: [(String, String)] = []
    if !options.schemas.isEmpty || !options.tables.isEmpty {
      refused.append(("--schema and --table", "a dump is restored as a whole"))
    }
    if dump.form.isScript {
      let reason = "the dump is SQL, which psql executes as it stands"
      if options.isSchemaOnly { refused.append(("--schema-only", reason)) }
      if options.without.contains(.owners) { refused.append(("--no-owner", reason)) }
      if options.without.contains(.privileges) { refused.append(("--no-privileges", reason)) }
    }
    guard let (option, reason) = refused.first else { return }
    throw Problem(
      .usage,
      code: "restore.dump-option",
      "\(option) cannot be given for this imported dump",
      reason: reason,
      hint: "Restore it whole into a scratch database, take a snapshot of that, and restore a part"
        + " of the snapshot; or drydock export gives the dump's bytes back."
    )
  }

  /// Restores.
  ///
  /// - Returns: What was done.
  /// - Throws: A `Problem`: of kind `refused` before anything was changed, `failed` when the target is
  ///   as empty as before, `partial` when it holds a part.
  public func run() async throws -> Result {
    try checkOptions()
    return try await Lane("drydock.dump").run { try load() }
  }

  private func load() throws -> Result {
    let started = ContinuousClock.now
    let target = try look()
    let major = max(target.serverMajor, dump.programMajor ?? 0)
    let programs = try ClientPrograms.find(atLeast: major, directory: options.binaryDirectory)
    let load = DumpLoad(
      content: content,
      dump: dump,
      programs: programs,
      options: options,
      roles: target.roles
    ) { [settings] in ClientPrograms.call($0, $1, reaching: settings) }
    do {
      let outcome = try load.run(into: settings.argument) { given in
        progress(
          RestoreProgress(phase: "loading the dump", bytes: given, totalBytes: dump.size, rows: 0)
        )
      }
      guard outcome.status.isSuccess else { throw failure(outcome) }
    } catch let problem as Problem {
      throw afterwards(problem, target.database)
    }
    return Result(form: dump.form, bytes: dump.size, seconds: started.secondsAgo)
  }

  private func look() throws -> DumpTarget {
    do {
      return try DumpTarget(dump, settings)
    } catch let error as PostgresError {
      throw error.problem("cannot look at the target database")
    }
  }

  private func failure(_ outcome: Outcome) -> Problem {
    Problem(
      code: "restore.dump",
      "the dump did not load: \(outcome.program.split(separator: "/").last ?? "") gave up",
      reason: outcome.errors.split(separator: "\n").suffix(4).joined(separator: "; "),
      hint: DumpErrors(outcome.errors).isOfLabels
        ? "Load the provider in the server, or go on without labels: drydock export SNAPSHOT | psql"
        : "Mend what the server says."
    )
  }

  /// Says in which state the target is.
  private func afterwards(_ problem: Problem, _ database: String) -> Problem {
    // Whatever keeps us from looking again, the target has to count as changed.
    let isEmpty = (try? look()) != nil
    guard isEmpty else { return problem.afterPart(of: database) }
    var problem = problem
    problem.facts.append(.init("state", "database \(database) is as empty as before"))
    return problem
  }
}
