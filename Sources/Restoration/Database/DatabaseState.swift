internal import Postgres

/// What an exchange knows of a whole database at one moment; read for the plan, and again later.
struct DatabaseState: Sendable {
  let identity: TargetIdentity
  let inventory: DatabaseInventory
  let structure: String
  let owner: String
  /// Whether the role may rename it and create another one.
  let isAllowed: Bool
  /// The patches that are applied; nil where there is no ledger.
  let applied: [PlannedPatch]?

  /// Reads the session's database, inside a transaction with the transfer settings.
  static func read(_ connection: Connection) throws -> DatabaseState {
    let inventory = try DatabaseInventory.read(connection)
    let row = try connection.execute(roleQuery)[0]
    return DatabaseState(
      identity: try TargetIdentity.read(connection),
      inventory: inventory,
      structure: try structure(inventory.schemas, connection),
      owner: row.string("owner"),
      isAllowed: row.bool("is_allowed"),
      applied: try LedgerAlignment(connection: connection).applied()
    )
  }

  /// What the database is, whoever looks and from where.
  var essence: String {
    [
      "database \(identity.systemIdentifier) \(identity.oid) \(identity.database)",
      "structure \(structure)",
      "ledger \(applied?.map(\.version).joined(separator: " ") ?? "-")",
    ].joined(separator: "\n")
  }

  /// The essence as a journal keeps it.
  var essenceHash: String { get throws { try SchemaStructure.hash(essence) } }

  /// The lines that a token binds.
  var binding: String { "\(identity.binding)\n\(essence)" }

  private static func structure(_ schemas: [Int], _ connection: Connection) throws -> String {
    let parts = try schemas.sorted().map { try SchemaStructure.digest($0, connection) }
    let others = try connection.execute(structureQuery).map { $0[0] ?? "" }.sorted()
    return try SchemaStructure.hash((parts + others).joined(separator: "\n"))
  }

  /// Renaming needs the owner's rights and CREATEDB (manual, ALTER DATABASE).
  private static let roleQuery = """
    SELECT pg_catalog.pg_get_userbyid(d.datdba) AS owner,
      r.rolsuper OR (r.rolcreatedb AND pg_catalog.pg_has_role(d.datdba, 'USAGE')) AS is_allowed
    FROM pg_catalog.pg_database d, pg_catalog.pg_roles r
    WHERE d.datname = pg_catalog.current_database() AND r.rolname = current_user
    """

  /// What lies in no schema.
  private static let structureQuery = """
    SELECT pg_catalog.format('extension %s %I %s', oid, extname, extversion)
    FROM pg_catalog.pg_extension
    UNION ALL
    SELECT pg_catalog.format('event trigger %s %I %s %s %s', oid, evtname, evtevent, evtenabled,
      evtfoid) FROM pg_catalog.pg_event_trigger
    UNION ALL
    SELECT pg_catalog.format('publication %s %I %s', oid, pubname, puballtables)
    FROM pg_catalog.pg_publication
    UNION ALL
    SELECT pg_catalog.format('server %s %I %s', oid, srvname, srvoptions)
    FROM pg_catalog.pg_foreign_server
    UNION ALL
    SELECT pg_catalog.format('cast %s %s %s %s', oid, castsource, casttarget, castfunc)
    FROM pg_catalog.pg_cast WHERE oid >= 16384
    """
}
