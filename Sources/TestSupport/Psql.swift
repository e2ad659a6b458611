internal import Cluster
public import Postgres
internal import Processes

/// PostgreSQL's own client, for what only it can do: whole scripts, meta-commands, dumps.
public enum Psql {
  /// Runs a script from memory and returns what it printed, unaligned and without headings.
  ///
  /// Stops at the first error, which is thrown as `processes.failed` with psql's words.
  @discardableResult
  public static func run(
    _ script: String,
    on settings: ConnectionSettings,
    server: TestServer
  ) throws -> String {
    try invocation("psql", arguments + ["-f", "-"], settings, server)
      .run(input: .text(script)).checked().text
  }

  /// Runs a file, with `\i` and `\ir` relative to it.
  @discardableResult
  public static func run(
    file: String,
    on settings: ConnectionSettings,
    server: TestServer
  ) throws -> String {
    try invocation("psql", arguments + ["-f", file], settings, server).run().checked().text
  }

  /// What `pg_dump` of the same version writes, with further arguments such as `--schema-only`.
  ///
  /// The row that a backup leaves in the source is no part of anything that is compared.
  public static func dump(
    _ settings: ConnectionSettings,
    server: TestServer,
    _ more: [String] = []
  ) throws -> String {
    try invocation("pg_dump", ["--exclude-schema=drydock_witness"] + more, settings, server)
      .run(output: .captured(limit: 1 << 30)).checked().text
  }

  private static let arguments = [
    "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set=ON_ERROR_STOP=1",
  ]

  private static func invocation(
    _ program: String,
    _ arguments: [String],
    _ settings: ConnectionSettings,
    _ server: TestServer
  ) throws -> Invocation {
    let programs = try ClientPrograms.find(
      atLeast: server.rawValue,
      directory: try server.options().binaries
    )
    var environment = EnvironmentWhitelist.system.ofThisProcess()
    if let password = settings.keywords["password"] { environment["PGPASSWORD"] = password }
    return Invocation(
      "\(programs.directory)/\(program)",
      ["--dbname=\(settings.argument)"] + arguments,
      environment: environment
    )
  }
}
