public import Postgres
internal import Problems
internal import Snapshot

/// The database that a restore writes to: what is in it already.
public struct Target: Sendable, Equatable {
  /// The database's name.
  public var database: String
  /// The cluster's system identifier.
  public var systemIdentifier: String
  /// The database's oid.
  public var oid: Int
  /// The server's version number.
  public var serverVersion: Int
  /// The encoding.
  public var encoding: String
  /// Whether the role may do everything.
  public var isSuperuser: Bool
  /// How many relations, functions and types of the user are in each schema.
  public var objects: [String: Int]
  /// The tables, as `schema.name`.
  public var tables: Set<String>

  /// Looks at a database.
  public static func inspect(_ connection: Connection) throws(PostgresError) -> Target {
    let row = try connection.execute(identityQuery)[0]
    var objects: [String: Int] = [:]
    for row in try connection.execute(objectQuery) {
      objects[row.string("nspname")] = row.int("objects")
    }
    let tables = try connection.execute(tableQuery).map {
      "\($0.string("nspname")).\($0.string("relname"))"
    }
    return Target(
      database: row.string("datname"),
      systemIdentifier: row.string("system_identifier"),
      oid: row.int("oid"),
      serverVersion: connection.serverVersion,
      encoding: row.string("encoding"),
      isSuperuser: connection.reported("is_superuser") == "on",
      objects: objects,
      tables: Set(tables)
    )
  }

  /// Whether nothing is there that a restore of a whole snapshot would meet.
  public var isEmpty: Bool { present.isEmpty }

  /// The schemas that a restore of a whole snapshot would meet, and how much is in each.
  private var present: [(schema: String, objects: Int)] {
    objects.filter { $0.key != "public" || $0.value > 0 }.sorted { $0.key < $1.key }
      .map { ($0.key, $0.value) }
  }

  /// Refuses a target where something already is that the restore would bring.
  func requireEmpty(for options: RestoreOptions, tables chosen: [Manifest.Table]) throws {
    let found: [String]
    if !options.tables.isEmpty {
      found = chosen.map(\.label).filter { tables.contains($0) }
    } else if !options.schemas.isEmpty {
      found = options.schemas.filter { objects[$0] != nil }.map { "schema \($0)" }
    } else {
      found = present.map { "schema \($0.schema) with \($0.objects) objects" }
    }
    guard !found.isEmpty else { return }
    throw Problem(
      .refused,
      code: "restore.not-empty",
      "database \(database) already holds what would be restored; nothing was changed",
      facts: found.prefix(10).map { Problem.Fact("present", $0) },
      hint: options.schemas.count == 1
        ? "drydock restore ... --replace --schema \(options.schemas[0]) prints a plan that sets the"
          + " live schema aside first."
        : "Restore into an empty database: createdb NAME, then --into that one. Or --replace: it"
          + " prints a plan that builds a copy beside this database and exchanges the names."
    )
  }

  /// Refuses a target that cannot hold the snapshot's text.
  func requireCompatible(_ manifest: Manifest) throws {
    guard encoding == manifest.database.encoding || encoding == "UTF8" else {
      throw Problem(
        .refused,
        code: "restore.encoding",
        "database \(database) has encoding \(encoding), the snapshot \(manifest.database.encoding)",
        hint: "createdb -T template0 -E \(manifest.database.encoding) NAME"
      )
    }
    guard serverVersion / 10000 >= manifest.server.major else {
      throw Problem(
        .refused,
        code: "restore.older-server",
        "the server is PostgreSQL \(serverVersion / 10000), the snapshot is of"
          + " \(manifest.server.major)",
        reason: "a definition may use what an older server does not know",
        hint: "Restore into PostgreSQL \(manifest.server.major) or later."
      )
    }
  }

  private static let identityQuery = """
    SELECT d.datname, d.oid, pg_catalog.pg_encoding_to_char(d.encoding) AS encoding,
      (SELECT system_identifier FROM pg_catalog.pg_control_system()) AS system_identifier
    FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()
    """

  private static let objectQuery = """
    SELECT n.nspname,
      (SELECT count(*) FROM pg_catalog.pg_class c WHERE c.relnamespace = n.oid
        AND c.relkind IN ('r','p','v','m','S','f') AND NOT EXISTS (
          SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e'))
      + (SELECT count(*) FROM pg_catalog.pg_proc p WHERE p.pronamespace = n.oid AND NOT EXISTS (
          SELECT FROM pg_catalog.pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e'))
      + (SELECT count(*) FROM pg_catalog.pg_type t WHERE t.typnamespace = n.oid
        AND t.typtype IN ('d','e','r') AND NOT EXISTS (
          SELECT FROM pg_catalog.pg_depend d WHERE d.objid = t.oid AND d.deptype = 'e')) AS objects
    FROM pg_catalog.pg_namespace n
    WHERE n.nspname !~ '^pg_'
      -- What drydock left there to take snapshots is nobody's data.
      AND n.nspname NOT IN ('information_schema', 'drydock_pages', 'drydock_witness')
    """

  private static let tableQuery = """
    SELECT n.nspname, c.relname FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND n.nspname !~ '^pg_'
      AND n.nspname <> 'information_schema'
    """
}
