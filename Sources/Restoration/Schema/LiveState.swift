internal import Files
internal import Postgres
internal import Problems

/// What a guarded operation knows of the target at one moment; read for the plan, and read again
/// under the locks.
struct LiveState: Sendable {
  let identity: TargetIdentity
  let schema: SchemaHead
  let border: Border
  let structure: String
  /// The patches that are applied; nil where there is no ledger.
  let applied: [PlannedPatch]?

  /// Reads the state of a schema that must exist.
  ///
  /// Inside a transaction, with the transfer settings: their empty search path makes PostgreSQL
  /// write every name in full.
  static func read(_ name: String, _ connection: Connection) throws -> LiveState {
    guard let schema = try SchemaHead.read(name, connection) else {
      throw Problem(
        .usage,
        code: "restore.nothing-to-replace",
        "the database has no schema \(name)",
        hint: "Without --replace, drydock restore SNAPSHOT --schema \(name) brings it."
      )
    }
    return LiveState(
      identity: try TargetIdentity.read(connection),
      schema: schema,
      border: try Border.read(schema, connection),
      structure: try SchemaStructure.digest(schema.oid, connection),
      applied: try LedgerAlignment(connection: connection).applied()
    )
  }

  /// The lines that a token binds.
  var binding: String {
    [
      identity.binding, "schema \(schema.oid) \(schema.name)", "structure \(structure)",
      border.binding, "ledger \(applied?.map(\.version).joined(separator: " ") ?? "-")",
    ].joined(separator: "\n")
  }

  /// The same as a hash, short enough for a journal.
  var basis: String { get throws { try SchemaStructure.hash(binding) } }

  /// Logical slots of the database.
  static func slots(_ connection: Connection) throws -> [PlannedSlot] {
    try connection.execute(
      """
      SELECT slot_name, active FROM pg_catalog.pg_replication_slots
      WHERE database = pg_catalog.current_database() ORDER BY slot_name
      """
    ).map { PlannedSlot(name: $0.string("slot_name"), isActive: $0.bool("active")) }
  }

  /// Free bytes where the data lie: only for a server on this machine whose directory shows itself.
  static func freeSpace(_ identity: TargetIdentity, _ connection: Connection) throws -> Int? {
    let directory = try connection.execute(
      """
      SELECT CASE WHEN pg_catalog.pg_has_role('pg_read_all_settings', 'USAGE')
        THEN pg_catalog.current_setting('data_directory') END
      """
    ).value
    guard identity.server == "local socket", let directory else { return nil }
    return DiskSpace(of: directory)?.free
  }
}
