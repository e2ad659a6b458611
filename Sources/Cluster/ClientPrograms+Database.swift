public import Postgres
public import Processes

extension ClientPrograms {
  /// One of the programs, as a call that can reach a database.
  ///
  /// - Parameters:
  ///   - program: Its path.
  ///   - arguments: Its arguments.
  ///   - database: What it connects to; a password goes through the environment alone.
  /// - Returns: What can be run.
  public static func call(
    _ program: String,
    _ arguments: [String],
    reaching database: ConnectionSettings
  ) -> Invocation {
    var environment = EnvironmentWhitelist.system.ofThisProcess()
    environment.merge(database.childEnvironment) { _, ours in ours }
    return Invocation(program, arguments, environment: environment)
  }

  /// What `pg_dump` writes of a database's schema, as SQL.
  ///
  /// - Parameters:
  ///   - database: The database.
  ///   - options: Further options of `pg_dump`.
  /// - Returns: The script.
  /// - Throws: `processes.*` with the program's own words.
  public func schema(
    of database: ConnectionSettings,
    _ options: [String] = []
  ) throws -> String {
    let arguments =
      ["--schema-only", "--no-password"] + options + ["--dbname=\(database.argument)"]
    return try Self.call(dump, arguments, reaching: database)
      .run(output: .captured(limit: 1 << 30)).checked().text
  }
}
