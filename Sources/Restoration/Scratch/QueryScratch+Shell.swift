internal import Catalog
internal import Cluster
internal import Postgres
internal import Problems
public import Processes
internal import Snapshot

extension QueryScratch {
  /// Loads what a person may look at.
  ///
  /// - Parameter patterns: The tables, as patterns; empty for everything, large objects too.
  /// - Returns: What was loaded.
  /// - Throws: `restore.no-such-table` where a pattern fits none.
  public func load(tables patterns: [String]) async throws -> Loaded {
    var selection = RestoreOptions()
    selection.tables = patterns
    selection.binaryDirectory = options.binaryDirectory
    let chosen = try RestoreSelection(of: content, options: selection)
    return try await load(
      chosen.tables,
      isWhole: patterns.isEmpty,
      opaque: []
    ) { chosen.includes($0, $1) || chosen.isWhole }
  }

  /// `psql` on the scratch, as the role that may read everything.
  ///
  /// - Parameter prompt: What stands before each line.
  /// - Returns: What can be run.
  /// - Throws: `cluster.no-client-programs`.
  public func shell(prompt: String) throws -> Invocation {
    let programs = try ClientPrograms.find(
      atLeast: content.manifest.server.major,
      directory: options.binaryDirectory
    )
    return programs.shell(on: settings, prompt: prompt)
  }
}

extension DumpScratch {
  /// `psql` on the scratch, as its superuser: roles of a dump may read nothing.
  ///
  /// - Parameters:
  ///   - prompt: What stands before each line.
  ///   - options: Where PostgreSQL's programs are.
  /// - Returns: What can be run.
  /// - Throws: `cluster.no-client-programs`.
  public func shell(prompt: String, options: RestoreOptions) throws -> Invocation {
    let programs = try ClientPrograms.find(
      atLeast: server.major,
      directory: options.binaryDirectory
    )
    return programs.shell(on: settings, prompt: prompt)
  }
}

extension ClientPrograms {
  /// What `psql` may know of the person in front of it, beside what every program may.
  private static let personal: Set<String> = [
    "TERM", "COLUMNS", "LINES", "PAGER", "PSQL_PAGER", "LESS", "EDITOR", "VISUAL", "PSQL_EDITOR",
    "PSQL_HISTORY", "PSQLRC",
  ]

  fileprivate func shell(on settings: ConnectionSettings, prompt: String) -> Invocation {
    Invocation(
      psql,
      [
        "--no-password", "--set=PROMPT1=\(prompt)%R%x%# ", "--set=PROMPT2=\(prompt)%R%x%# ",
        "--dbname=\(settings.argument)",
      ],
      environment: EnvironmentWhitelist.system.including(Self.personal).ofThisProcess()
    )
  }
}
