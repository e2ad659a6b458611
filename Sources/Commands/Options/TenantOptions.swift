public import Arguments
internal import Bytes
internal import Files
internal import Migration
internal import Postgres
internal import Problems

/// The options that name one database, many, or many schemas of one.
public struct TenantOptions: ArgumentGroup, Equatable {
  /// The addresses as they were given.
  public var databases: [String] = []
  /// A file with an address a line.
  public var file: String?
  /// A pattern of schema names.
  public var schemas: String?
  /// Whether a failure ends the whole run.
  public var stopsAtFailure = false

  /// Makes the options with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    option(
      "--database",
      \.databases,
      value: "URL",
      "The database: a URL, keywords as libpq reads them, or a name."
    )
    option(
      "--tenants",
      \.file,
      value: "FILE",
      "A file that names one database a line.",
      completion: .file
    )
    option("--schemas", \.schemas, value: "PATTERN", "Run in each schema like this: 'tenant_%'.")
    flag("--stop-on-failure", \.stopsAtFailure, "Leave the rest alone when one fails.")
  }

  /// Whether one database was named, and nothing that could mean many.
  var isSingle: Bool { file == nil && schemas == nil && databases.count < 2 }

  /// What is to be worked on, in order.
  func read(in context: Context) async throws -> [Tenant] {
    var all = try databases.map { try Tenant(settings: .given($0, .commandLine)) }
    if let file { all += try Self.listed(file, in: context) }
    if all.isEmpty, file == nil {
      all = [Tenant(settings: try DatabaseOptions().explicit(in: context))]
    }
    let found = try await expanded(all)
    guard !found.isEmpty else { throw Self.none("\(file ?? "") names no database") }
    return found
  }

  private static func none(_ summary: String) -> Problem {
    Problem(
      .usage,
      code: "usage.no-tenants",
      summary,
      hint: "A command that changes databases does nothing in silence: check the name."
    )
  }

  private static func listed(_ file: String, in context: Context) throws -> [Tenant] {
    let path = context.absolute(path: file)
    let text = String(decoding: try ReadableFile.contents(of: path, limit: 1 << 20), as: UTF8.self)
    return try text.split(whereSeparator: \.isNewline).map(\.trimmed)
      .filter { !$0.isEmpty && !$0.hasPrefix("#") }
      .map { try Tenant(settings: .given($0, .file)) }
  }

  private func expanded(_ databases: [Tenant]) async throws -> [Tenant] {
    guard let schemas else { return databases }
    return try await Lane("drydock.tenants").run {
      try databases.flatMap { database in
        do {
          let found = try TenantSchema.matching(
            schemas,
            try Connection.openForOwnQueries(database.settings)
          )
          guard !found.isEmpty else {
            throw Self.none("No schema of \(database.settings) is like \(schemas)")
          }
          return found.map { Tenant(settings: database.settings, schema: $0) }
        } catch let error as PostgresError {
          throw error.problem("cannot list the schemas of \(database.settings)")
        }
      }
    }
  }
}
