internal import Postgres
public import Snapshot

extension QueryScratch {
  /// Lets queries on a restored snapshot read everything.
  ///
  /// - Parameters:
  ///   - scratch: A server of ours, on which the snapshot was restored.
  ///   - content: The snapshot.
  /// - Throws: What the server refuses.
  public static func makeReader(
    on scratch: ScratchDatabase,
    for content: SnapshotContent
  ) throws {
    try makeReader(
      of: scratch.name,
      schemas: content.manifest.database.schemas,
      try Connection.open(scratch.administration)
    )
  }

  /// Lets the query read everything, also through views, which read with the rights of their owners.
  ///
  /// Production's superusers are ordinary roles here: without this, their views would be refused,
  /// or, worse, show only the rows that a policy lets an ordinary role see.
  ///
  /// - Parameters:
  ///   - database: A database on a server of ours.
  ///   - schemas: Its schemas.
  ///   - connection: A superuser's session in it.
  /// - Throws: What the server refuses.
  static func makeReader(
    of database: String,
    schemas: [String],
    _ connection: Connection
  ) throws {
    var statements = [
      "CREATE ROLE \(reader) LOGIN",
      "GRANT CONNECT, TEMPORARY ON DATABASE \(SQL.identifier(database)) TO \(reader)",
    ]
    if !schemas.isEmpty {
      let list = schemas.map { SQL.identifier($0) }.joined(separator: ", ")
      statements.append("GRANT EXECUTE ON ALL ROUTINES IN SCHEMA \(list) TO \(reader)")
    }
    for statement in statements { try connection.execute(statement) }
    let roles = try connection.execute(
      "SELECT rolname FROM pg_catalog.pg_roles WHERE NOT rolsuper AND rolname !~ '^pg_'"
    )
    for role in roles.map({ SQL.identifier($0.string("rolname")) }) {
      try connection.execute("ALTER ROLE \(role) BYPASSRLS; GRANT pg_read_all_data TO \(role)")
    }
  }
}
