internal import Postgres
internal import Problems

/// Comments and rights of the schemas that an operation exchanges.
struct JournaledCopies {
  let connection: Connection

  /// The server's time, as the journal writes it.
  func now() throws -> String {
    try connection.execute(
      """
      SELECT pg_catalog.to_char(pg_catalog.now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
      """
    ).value ?? ""
  }

  /// The comment of a schema.
  func comment(of schema: String) throws -> JournaledComment {
    JournaledComment(
      try connection.query(
        """
        SELECT pg_catalog.obj_description(oid, 'pg_namespace') FROM pg_catalog.pg_namespace
        WHERE nspname = $1
        """,
        [.text(schema)]
      ).value
    )
  }

  /// Writes an operation's line into a schema's comment.
  func write(_ journal: Journal, to schema: String, keeping comment: JournaledComment) throws {
    var comment = comment
    comment.set(journal)
    try store(comment, of: schema)
  }

  /// Stores a comment as it is.
  func store(_ comment: JournaledComment, of schema: String) throws {
    let text = try comment.stored().map { SQL.literal($0) } ?? "NULL"
    try connection.execute("COMMENT ON SCHEMA \(SQL.identifier(schema)) IS \(text)")
  }

  /// Takes everybody's rights but the owner's: a set-aside schema is not for use.
  func close(_ schema: String, to grants: [Journal.Grant]) throws {
    for role in Set(grants.map(\.role)) {
      try connection.execute(
        "REVOKE ALL ON SCHEMA \(SQL.identifier(schema)) FROM \(Self.grantee(role)) CASCADE"
      )
    }
  }

  /// Gives them back.
  ///
  /// A journal's words become a statement, and a schema's owner can write its comment: only what is
  /// a right on a schema gets that far.
  func open(_ schema: String, to grants: [Journal.Grant]) throws {
    for grant in grants {
      guard ["USAGE", "CREATE"].contains(grant.privilege) else {
        throw Problem.ofJournal(schema, "\(grant.privilege) is no right on a schema")
      }
      try connection.execute(
        "GRANT \(grant.privilege) ON SCHEMA \(SQL.identifier(schema)) TO"
          + " \(Self.grantee(grant.role))\(grant.isGrantable ? " WITH GRANT OPTION" : "")"
      )
    }
  }

  private static func grantee(_ role: String?) -> String {
    role.map { SQL.identifier($0) } ?? "PUBLIC"
  }
}
