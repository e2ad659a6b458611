internal import Catalog
internal import Cluster
public import Postgres
internal import Problems
public import Snapshot

extension DumpScratch {
  /// Lets a query read everything in the dump, and do nothing else.
  ///
  /// The same role as on the scratch of a snapshot. Whatever the dump's author wrote has run by now;
  /// the query, too, is kept away from the server's files.
  ///
  /// - Parameter query: One `SELECT`, `VALUES`, `TABLE` or `WITH`.
  /// - Returns: The way in for the query.
  /// - Throws: `query.refused` with the server's words, for anything else.
  public func reader(for query: String) throws -> ConnectionSettings {
    let connection = try Connection.open(settings)
    let schemas = try connection.execute(Self.schemas).map { $0.string("nspname") }
    try QueryScratch.makeReader(of: database, schemas: schemas, connection)
    // A dump may close its database to all but superusers.
    try connection.execute("ALTER DATABASE \(SQL.identifier(database)) CONNECTION LIMIT -1")
    let settings = server.settings(database: database, user: QueryScratch.reader)
    _ = try QueryNeeds(of: query, on: try Connection.open(settings))
    return settings
  }

  /// Those whose functions a query may call; the server's own are everybody's.
  private static let schemas = """
    SELECT nspname FROM pg_catalog.pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY nspname
    """
}

extension Manifest.Dump {
  /// The databases that hold what was dumped; none where the dump is of one and does not name it.
  private var ownDatabases: [String] {
    var found: [String] = []
    for name in databases where !["template1", "postgres"].contains(name) {
      if !found.contains(name) { found.append(name) }
    }
    return found
  }

  /// Which of the dump's databases is asked.
  ///
  /// - Parameters:
  ///   - name: The one that was named, if any.
  ///   - mustBeSure: Whether one of several has to be named.
  /// - Returns: The name; nil where there is only the one without a name.
  /// - Throws: `query.which-database` of kind `usage`, with the names.
  public func database(named name: String?, mustBeSure: Bool) throws -> String? {
    let own = ownDatabases
    if let name {
      guard databases.contains(name) else {
        throw Self.unsure("the dump makes no database \(name)", own)
      }
      return name
    }
    guard own.count < 2 || !mustBeSure else {
      throw Self.unsure("the dump holds \(own.count) databases", own)
    }
    return own.first
  }

  private static func unsure(_ reason: String, _ databases: [String]) -> Problem {
    Problem(
      .usage,
      code: "query.which-database",
      "it is not clear which database of the dump is asked",
      reason: reason,
      facts: databases.prefix(20).map { Problem.Fact("database", $0) },
      hint: databases.isEmpty ? "Leave --database out." : "Give --database NAME."
    )
  }
}
