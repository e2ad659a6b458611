internal import Cluster
public import Processes

/// PostgreSQL's own programs for dumps, as a person calls them.
public enum DumpPrograms {
  /// Runs `pg_dump`, `pg_dumpall` or `psql` to its end; throws its words where it fails.
  @discardableResult
  public static func run(
    _ program: String,
    _ arguments: [String],
    on server: TestServer
  ) throws -> Outcome {
    try Invocation(
      "\(try directory(of: server))/\(program)",
      arguments,
      environment: EnvironmentWhitelist.system.ofThisProcess()
    ).run(output: .captured(limit: 1 << 30)).checked()
  }

  /// Where those of a version are.
  public static func directory(of server: TestServer) throws -> String {
    try ClientPrograms.find(
      atLeast: server.rawValue,
      directory: try server.options().binaries
    ).directory
  }
}
