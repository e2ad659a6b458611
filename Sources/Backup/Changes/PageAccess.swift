public import Postgres
internal import Problems

/// Lets a role that is no superuser find changed pages.
///
/// Reading a page takes a superuser (manual, F.23 "pageinspect"), so a superuser installs a function
/// that answers one question only: which pages of these tables have changed since a position of the
/// log. It is the one thing that drydock runs with a superuser's rights for somebody else. In a schema
/// that the backup role owns, an overload of `get_raw_page` made that role superuser (tested); hence
/// a schema of its own, a body that is bound to its functions when it is written, a fixed search
/// path, exact types, and nothing for PUBLIC.
///
/// The two functions of pageinspect's library that are needed are declared in that schema, without
/// the extension: `pg_dump` before 17 cannot leave out an extension, and a snapshot must not ask for
/// one that the user never made.
public enum PageAccess {
  /// What came of installing.
  public enum Outcome: Sendable, Equatable {
    /// The role may find changed pages from now on.
    case installed
    /// The server does not have pageinspect's library; its words.
    case unavailable(String)
    /// Only a superuser can install it.
    case needsSuperuser
  }

  /// The schema of the function, which is never part of a snapshot.
  public static let schema = "drydock_pages"

  /// Installs the function and lets the role call it.
  ///
  /// Running it again makes the function anew and does nothing else.
  ///
  /// - Parameters:
  ///   - role: who may call it.
  ///   - connection: a session of a superuser, outside any transaction.
  /// - Returns: what came of it.
  /// - Throws: a `Problem` when the schema is not what it must be, `PostgresError` otherwise.
  public static func install(for role: String, on connection: Connection) throws -> Outcome {
    do {
      return try connection.transaction {
        try connection.execute(serversNamesOnly)
        guard try connection.execute(superuserQuery).bool else { return .needsSuperuser }
        try connection.execute("CREATE SCHEMA IF NOT EXISTS drydock_pages")
        try checkSchema(connection)
        try connection.execute(libraryFunctions)
        try connection.execute(try definition(connection))
        try grant(to: role, connection)
        return .installed
      }
    } catch let error as PostgresError where ["0A000", "58P01"].contains(error.sqlState ?? "") {
      return .unavailable(error.reason)
    }
  }

  /// Makes the witness's table and lets the role leave its rows there.
  ///
  /// - Parameters:
  ///   - role: who takes snapshots.
  ///   - connection: a session of a role that may make the table, outside any transaction.
  /// - Throws: `PostgresError`.
  public static func grantWitness(to role: String, on connection: Connection) throws {
    let name = SQL.identifier(role)
    try connection.transaction {
      try connection.execute(serversNamesOnly)
      let table = try connection.execute(
        "SELECT pg_catalog.to_regclass('drydock_witness.rows')"
      )
      if table.value == nil { try Witness.create(connection) }
      try connection.execute(
        """
        GRANT USAGE ON SCHEMA drydock_witness TO \(name);
        GRANT SELECT, INSERT, DELETE ON drydock_witness.rows TO \(name)
        """
      )
    }
  }

  /// The first statement of a superuser's transaction: a database's owner decides its `search_path`,
  /// and an operator of his may fit better than the one that is meant (CVE-2018-1058).
  private static let serversNamesOnly = "SET LOCAL search_path = pg_catalog, pg_temp"

  private static let superuserQuery =
    "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user"

  /// Refuses a schema that anybody but superusers can put something into.
  private static func checkSchema(_ connection: Connection) throws {
    let others = try connection.execute(
      """
      SELECT r.rolname FROM pg_catalog.pg_namespace n
      CROSS JOIN LATERAL (
        SELECT n.nspowner AS oid
        UNION SELECT a.grantee FROM pg_catalog.aclexplode(n.nspacl) a
        WHERE a.privilege_type = 'CREATE'
        UNION SELECT p.proowner FROM pg_catalog.pg_proc p WHERE p.pronamespace = n.oid
      ) h LEFT JOIN pg_catalog.pg_roles r ON r.oid = h.oid
      WHERE n.nspname = 'drydock_pages' AND r.rolsuper IS NOT TRUE
      """
    ).map { $0["rolname"] ?? "PUBLIC" }
    guard others.isEmpty else {
      throw Problem(
        .refused,
        code: "init.pages-schema",
        "schema drydock_pages is not safe: \(others.joined(separator: ", ")) may create in it",
        reason: "what is created there could run with a superuser's rights",
        hint: "Look at what is in it, drop the schema, and run drydock init --grant again."
      )
    }
  }

  /// pageinspect's own definitions (1.9 and 1.10); both check again that a superuser calls.
  private static let libraryFunctions = """
    CREATE OR REPLACE FUNCTION drydock_pages.get_raw_page(text, text, bigint)
    RETURNS bytea LANGUAGE c STRICT AS '$libdir/pageinspect', 'get_raw_page_fork_1_9';
    CREATE OR REPLACE FUNCTION drydock_pages.page_header(
      page bytea, OUT lsn pg_lsn, OUT checksum smallint, OUT flags smallint, OUT lower integer,
      OUT upper integer, OUT special integer, OUT pagesize integer, OUT version smallint,
      OUT prune_xid xid)
    LANGUAGE c STRICT AS '$libdir/pageinspect', 'page_header';
    REVOKE ALL ON ALL FUNCTIONS IN SCHEMA drydock_pages FROM PUBLIC
    """

  /// The function, with a body that is parsed now (`BEGIN ATOMIC`, PostgreSQL 14).
  ///
  /// So it goes on calling the functions that it names today, whatever becomes of their names.
  private static func definition(_ connection: Connection) throws -> String {
    let isQuick = try connection.execute(PageQuery(schema: Self.schema, isQuick: true).proof).bool
    return """
      CREATE OR REPLACE FUNCTION drydock_pages.changed_blocks(
        relations oid[], firsts bigint[], ends bigint[], horizon bigint)
      RETURNS TABLE (place bigint, blocks int8multirange)
      LANGUAGE sql VOLATILE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
      BEGIN ATOMIC
      \(PageQuery(schema: Self.schema, isQuick: isQuick).text(countsZero: true));
      END
      """
  }

  private static func grant(to role: String, _ connection: Connection) throws {
    let name = SQL.identifier(role)
    let function = "drydock_pages.changed_blocks(oid[], bigint[], bigint[], bigint)"
    try connection.execute(
      """
      COMMENT ON SCHEMA drydock_pages IS 'Lets drydock find changed pages; see drydock init --grant.';
      COMMENT ON FUNCTION \(function) IS
        'Pages of tables that changed above a position of the log: numbers, never content.';
      REVOKE ALL ON FUNCTION \(function) FROM PUBLIC;
      GRANT USAGE ON SCHEMA drydock_pages TO \(name);
      GRANT EXECUTE ON FUNCTION \(function) TO \(name)
      """
    )
  }
}
