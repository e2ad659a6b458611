public import Arguments
public import Postgres
internal import Problems

/// The option that names the database, for commands that read or change one.
public struct DatabaseOptions: ArgumentGroup, Equatable {
  /// The address as it was given.
  public var database: String?

  /// Makes the options with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    option(
      "--database",
      \.database,
      value: "URL",
      "The database: a URL, keywords as libpq reads them, or a name."
    )
  }

  /// The database of a command that only reads: as given, or the configured one.
  public func orDefault(in context: Context) throws -> ConnectionSettings {
    if let database { return try .given(database, .commandLine) }
    if let configured = context.configuration.database { return configured }
    // libpq's own variables name a database as well as ours do.
    let libpq = ["PGDATABASE", "PGSERVICE"].contains { name in
      context.world.environment[name]?.isEmpty == false
    }
    if libpq { return ConnectionSettings() }
    throw Problem(
      .usage,
      code: "usage.no-database",
      "No database is named",
      hint: "Give --database URL, set DRYDOCK_DATABASE, or write 'database:' into drydock.yaml."
    )
  }

  /// The database of a command that destroys or migrates, which never uses a default.
  ///
  /// A profile that was chosen on this command line counts as naming it.
  public func explicit(in context: Context) throws -> ConnectionSettings {
    if let database { return try .given(database, .commandLine) }
    if let configured = context.configuration.databaseOfChosenProfile { return configured }
    throw Problem(
      .usage,
      code: "usage.database-not-explicit",
      "This command changes a database, so it must be named",
      reason: "a command that changes data never uses a default",
      hint: "Give --database URL, or --profile NAME of a profile with a 'database:'."
    )
  }
}
