public import Postgres
public import Problems
internal import Repository
public import Snapshot

/// A database that a restore creates for itself, like the one of the snapshot.
///
/// Until the restore is done its comment says so. One that failed is dropped again, since nobody
/// else can have put anything into it, and the same command can be given again; one whose rows
/// read back otherwise is kept, since it may be the best copy that there is.
public struct NewDatabase: Sendable {
  /// The way into it.
  public let settings: ConnectionSettings
  private let name: String
  private let maintenance: ConnectionSettings
  private let content: SnapshotContent
  private let options: RestoreOptions

  private static let mark = "drydock restores into this database; it is not whole"

  /// Names a database beside the one that settings lead to.
  ///
  /// - Parameters:
  ///   - name: The new name.
  ///   - maintenance: Any database of the server.
  ///   - content: The snapshot that will be restored.
  ///   - options: What is left out, and which roles stand for others.
  public init(
    _ name: String,
    on maintenance: ConnectionSettings,
    like content: SnapshotContent,
    options: RestoreOptions
  ) {
    self.name = name
    self.maintenance = maintenance
    self.content = content
    self.options = options
    settings = maintenance.database(name)
  }

  /// Creates it from `template0` with the snapshot's encoding and locale.
  ///
  /// - Returns: What could not be had, such as the owner.
  /// - Throws: A `Problem`; of kind `refused` where the database exists.
  public func create() throws -> [String] {
    try requireFree()
    let connection = try Connection.opening(maintenance)
    do {
      try connection.execute(
        content.manifest.database.creation(on: connection.serverMajor, as: name)
      )
      try comment(Self.mark, connection)
      return try giveOwner(connection)
    } catch {
      var problem = error.problem("cannot create database \(name)")
      if error.sqlState == "42501" {
        problem.hint = "The role needs CREATEDB: ALTER ROLE name CREATEDB."
      }
      throw problem
    }
  }

  /// Gives it the snapshot's comment, rights and settings, now that it is whole.
  ///
  /// - Returns: What the server refused, and why.
  /// - Throws: A `Problem` of kind `partial` where anything else fails; the database stays, and what
  ///   it was not given is named.
  public func finish() throws -> [String] {
    var left = ["COMMENT ON DATABASE \(SQL.identifier(name)) IS NULL"]
    do {
      let connection = try Connection.opening(maintenance)
      // It says that the database is not whole.
      try connection.execute(left[0])
      left = []
      left = try properties()
      var omissions: [String] = []
      while let statement = left.first {
        // A database that was stopped, or an archive, is closed to writes; its copy is there to be used.
        let isClosing = statement.contains("default_transaction_read_only")
        let isGiven = isClosing ? false : try connection.execute(statement, expecting: Self.refused)
        if !isGiven {
          omissions.append("of the database's properties: \(Self.flat(statement))")
        }
        left.removeFirst()
      }
      return omissions
    } catch let error as PostgresError {
      throw unfinished(error.reason, left)
    } catch let problem as Problem {
      throw unfinished(problem.summary, left)
    }
  }

  private func unfinished(_ reason: String, _ left: [String]) -> Problem {
    let statements = left.prefix(20).map { Problem.Fact("not given", Self.flat($0)) }
    return Problem(
      .partial,
      code: "restore.properties",
      "database \(name) is restored, but its properties could not be set",
      reason: reason,
      facts: [.init("state", "database \(name) was kept: every row is there")] + statements,
      hint: left.isEmpty
        ? "Set its comment, rights and settings by hand; no row has to be loaded again."
        : "Give these statements by hand, of which the first failed; no row has to be loaded again."
    )
  }

  /// Drops it after a failure, unless its rows are there and read back otherwise.
  ///
  /// - Parameter problem: What ended the restore.
  /// - Returns: The same problem, with what became of the database.
  public func abandon(after problem: Problem) -> Problem {
    var copy = problem
    copy.facts.removeAll { $0.name == "state" }
    do {
      guard problem.kind != .damaged else {
        copy.facts.append(.init("state", "database \(name) was kept; it is not proven"))
        return copy
      }
      try Connection.opening(maintenance).execute(
        "DROP DATABASE \(SQL.identifier(name)) WITH (FORCE)"
      )
      copy.facts.append(.init("state", "database \(name) was dropped again: nothing was changed"))
      if copy.kind == .partial { copy.kind = .failed }
      copy.hint = "Mend the cause and give the same command again."
    } catch {
      copy.facts.append(.init("state", "database \(name) holds a part of the snapshot"))
      copy.hint = "Drop it with dropdb, then give the same command again."
    }
    return copy
  }

  /// Refuses a name that is taken.
  public func requireFree() throws {
    let rows = try Connection.opening(maintenance).query(
      """
      SELECT pg_catalog.shobj_description(oid, 'pg_database') AS comment
      FROM pg_catalog.pg_database WHERE datname = $1
      """,
      [.text(name)]
    )
    guard let row = rows.first else { return }
    let isLeft = row["comment"] == Self.mark
    throw Problem(
      .refused,
      code: "restore.database-exists",
      "database \(name) already exists; nothing was changed",
      reason: isLeft ? "a restore that was killed left it, and it is not whole" : nil,
      hint: isLeft
        ? "Drop it with dropdb \(name), then give the same command again."
        : "Choose another name with --as, or restore into that one: --into, without --as."
    )
  }

  private func giveOwner(_ connection: Connection) throws(PostgresError) -> [String] {
    guard !options.without.contains(.owners) else { return [] }
    let owner = options.roles[content.manifest.database.owner]
    let isGiven = try connection.execute(
      "ALTER DATABASE \(SQL.identifier(name)) OWNER TO \(SQL.identifier(owner))",
      expecting: ["42501", "42704"]
    )
    return isGiven ? [] : ["the owner of the database, who was \(owner)"]
  }

  /// Refused to this role, an unknown role or parameter, or a value that this server does not take.
  private static let refused: Set<String> = ["42501", "42704", "22023", "0LP01"]

  private func properties() throws -> [String] {
    let archive = try Archive(
      of: content,
      reader: try content.repository.makeReader(),
      serverMajor: content.manifest.server.major,
      binaryDirectory: options.binaryDirectory
    )
    let script = options.roles.rewrite(try archive.databaseScript(without: options.without))
    return DatabaseStatements(script, of: content.manifest.database.name).statements(for: name)
  }

  private func comment(_ text: String, _ connection: Connection) throws(PostgresError) {
    try connection.execute("COMMENT ON DATABASE \(SQL.identifier(name)) IS \(SQL.literal(text))")
  }

  private static func flat(_ statement: String) -> String {
    statement.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
