internal import Catalog
internal import Postgres

/// Reads page headers in the server, by pageinspect itself or by the function that `init --grant`
/// installs.
struct PageReader: Sendable, Equatable {
  /// Which function.
  enum Access: Sendable, Equatable {
    /// pageinspect's own, for superusers.
    case pageinspect(PageQuery)
    /// `drydock_pages.changed_blocks`, for who was granted it.
    case granted
  }

  /// What came of looking for a function.
  enum Search: Sendable, Equatable {
    /// One may be called.
    case found(PageReader)
    /// None may; why.
    case missing(String)
  }

  /// Which function.
  let access: Access

  /// A short name for the manifest.
  var name: String {
    switch access {
    case .pageinspect: "pageinspect"
    case .granted: "drydock_pages"
    }
  }

  /// Looks for a function that is what it seems and may be called.
  ///
  /// A function in a schema that somebody else may replace is never called: it would run with the
  /// rights of this role, which may read everything.
  ///
  /// - Parameter observer: a session outside any transaction.
  /// - Returns: the function, or why there is none.
  /// - Throws: `PostgresError`.
  static func find(on observer: Connection) throws -> Search {
    let facts = try observer.execute(factQuery)[0]
    if facts.bool("is_superuser"), let schema = facts["extension_schema"],
      facts.bool("extension_is_safe")
    {
      let isQuick = try observer.execute(PageQuery(schema: schema, isQuick: true).proof).bool
      let query = PageQuery(schema: schema, isQuick: isQuick)
      return .found(PageReader(access: .pageinspect(query)))
    }
    if facts.bool("may_call_granted") { return .found(PageReader(access: .granted)) }
    return .missing(reason(facts))
  }

  private static func reason(_ facts: Rows.Row) -> String {
    guard facts.bool("is_superuser") else {
      return "the role may not read page headers: a superuser can run drydock init --grant"
    }
    return facts["extension_schema"] == nil
      ? "extension pageinspect 1.9 or later is not installed"
      : "extension pageinspect lies in a schema that others may replace: run drydock init --grant"
  }

  /// Asks for the changed pages of parts of tables.
  ///
  /// - Parameters:
  ///   - parts: each a table's oid with pages of it.
  ///   - above: the position above which a page counts as changed.
  ///   - countsZero: whether a page that was never initialised counts as changed.
  ///   - connection: a session; the tables must be locked by somebody, or they may shrink.
  /// - Returns: the changed pages by place in `parts`; parts without any are left out.
  /// - Throws: `PostgresError`.
  func changed(
    _ parts: [(oid: Int, pages: Range<Int>)],
    above: LSN,
    countsZero: Bool,
    on connection: Connection
  ) throws -> [Int: PageSet] {
    func list(_ values: [Int]) -> Parameter {
      .text("{\(values.map(String.init).joined(separator: ","))}")
    }
    let rows = try connection.query(
      text(countsZero: countsZero),
      [
        list(parts.map(\.oid)), list(parts.map(\.pages.lowerBound)),
        list(parts.map(\.pages.upperBound)), .text(String(above.position)),
      ]
    )
    var found: [Int: PageSet] = [:]
    for row in rows {
      guard let pages = PageSet(multirange: row.string("blocks")) else {
        throw PostgresError(message: "changed blocks are not readable")
      }
      found[row.int("place") - 1] = pages
    }
    return found
  }

  private func text(countsZero: Bool) -> String {
    switch access {
    case .pageinspect(let query): query.parameterised(countsZero: countsZero)
    case .granted:
      """
      SELECT place, blocks FROM drydock_pages.changed_blocks(
        $1::pg_catalog.oid[], $2::bigint[], $3::bigint[], $4::bigint)
      """
    }
  }

  /// What of pageinspect and of the granted function is there, and whether both are genuine.
  ///
  /// The extension's functions must be its members. Its schema must belong to a superuser, since a
  /// schema's owner can drop what is in it and put something else there.
  private static let factQuery = """
    SELECT me.rolsuper AS is_superuser, x.nspname AS extension_schema,
      x.is_safe AS extension_is_safe, coalesce(g.may_call, false) AS may_call_granted
    FROM pg_catalog.pg_roles me
    LEFT JOIN (
      SELECT n.nspname, o.rolsuper OR (o.rolname = 'pg_database_owner' AND (
          SELECT r.rolsuper FROM pg_catalog.pg_database d
          JOIN pg_catalog.pg_roles r ON r.oid = d.datdba
          WHERE d.datname = pg_catalog.current_database())) AS is_safe
      FROM pg_catalog.pg_extension e
      JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
      JOIN pg_catalog.pg_roles o ON o.oid = n.nspowner
      WHERE e.extname = 'pageinspect' AND 2 = (
        SELECT pg_catalog.count(*) FROM pg_catalog.pg_depend d
        JOIN pg_catalog.pg_proc p ON p.oid = d.objid AND p.pronamespace = n.oid
        WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.deptype = 'e'
          AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
          AND d.refobjid = e.oid
          AND (p.proname, pg_catalog.oidvectortypes(p.proargtypes))
            IN (('get_raw_page', 'text, text, bigint'), ('page_header', 'bytea')))
    ) x ON true
    LEFT JOIN (
      SELECT o.rolsuper AND f.rolsuper AND p.prosecdef
        AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
        AND pg_catalog.has_function_privilege(p.oid, 'EXECUTE') AS may_call
      FROM pg_catalog.pg_proc p
      JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
      JOIN pg_catalog.pg_roles o ON o.oid = n.nspowner
      JOIN pg_catalog.pg_roles f ON f.oid = p.proowner
      WHERE n.nspname = 'drydock_pages' AND p.proname = 'changed_blocks'
        AND pg_catalog.oidvectortypes(p.proargtypes) = 'oid[], bigint[], bigint[], bigint'
    ) g ON true
    WHERE me.rolname = current_user
    """
}
