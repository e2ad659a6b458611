internal import Postgres

/// What the catalog says about the exchange of a whole database: a line in the comment of each copy.
///
/// While the new copy is built only that one has the line, so the live database is not touched.
struct DatabaseJournal: JournalLine {
  var version = 1
  /// The operation's id.
  var operation: String
  var state: OperationState
  /// Which copy carries this line.
  var copy: SetAsideName.Copy
  /// The live name.
  var database: String
  /// The name of the other copy.
  var setAside: String
  /// The snapshot that is restored.
  var snapshot: String
  /// What of its definition is left out; the bits of `Omissions`.
  var without: Int
  /// A hash over the live database as the plan saw it, for whoever goes on later.
  var essence: String
  /// When the names were exchanged, or the build began, by the server's clock.
  var at: String
  /// By which role.
  var by: String
  /// The snapshot of the copy that is set aside, once it is being dropped.
  var safetySnapshot: String?
  /// What the new copy lacks, since the server refused it to the role; nil for nothing.
  var omissions: [String]?
}

/// Comments of databases; they lie in a catalog that all databases share.
struct DatabaseComments {
  typealias Comment = Journaled<DatabaseJournal>

  let connection: Connection

  /// The comment of a database.
  func read(_ oid: Int) throws -> Comment {
    Comment(
      try connection.query(
        "SELECT pg_catalog.shobj_description($1::pg_catalog.oid, 'pg_database')",
        [Parameter(oid)]
      ).value
    )
  }

  /// Stores a comment as it is.
  func store(_ comment: Comment, of database: String) throws {
    let text = try comment.stored().map { SQL.literal($0) } ?? "NULL"
    try connection.execute("COMMENT ON DATABASE \(SQL.identifier(database)) IS \(text)")
  }
}
