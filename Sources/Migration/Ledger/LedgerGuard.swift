internal import Catalog
internal import Postgres
internal import Problems

/// Whether what stands in schema `drydock` is the ledger as its owner made it, and the owner one
/// whom the migrator may trust; an event that never happened would let a patch pass for applied.
enum LedgerGuard {
  /// Others may add what `LedgerSchema.grant` lets a migrator add.
  private static let tables = OwnTables(
    ["schema_versions", "events", "progress", "batches", "dead_letters"],
    foreignRights: """
      a.privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER')
        OR a.privilege_type = 'INSERT' AND (a.grantee = 0 OR relname = 'schema_versions')
      """
  )

  /// Throws unless each table of the ledger is a plain one that calls nobody's code.
  ///
  /// - Parameter connection: A connection to the database; nothing of the ledger is read.
  /// - Throws: A `Problem` that names each object, or `PostgresError`.
  static func requirePlain(_ connection: Connection) throws {
    let found = try tables.strange(connection)
    guard !found.isEmpty else { return }
    throw Problem(
      .refused,
      code: "ledger.strange",
      "schema drydock holds what no drydock has made: its tables may not be the ledger",
      facts: found.map { Problem.Fact($0.object, $0.fault) },
      hint: "Nothing was read from it, and no patch has run. Find out who made it, and why; then"
        + " drop what is named here. If none of it is yours, rename the schema away"
        + " (ALTER SCHEMA drydock RENAME TO ...) and look at 'drydock status'."
    )
  }

  /// Throws where a role that the migrator need not trust has a hand in the ledger.
  ///
  /// - Parameter connection: A connection to the database, as the role that migrates.
  /// - Throws: A `Problem` that names each object, its owner and the way out, or `PostgresError`.
  static func requireTrusted(_ connection: Connection) throws {
    let found = try tables.foreignRights(connection)
    guard let role = found.first?.role else { return }
    throw Problem(
      .refused,
      code: "ledger.foreign",
      "the ledger in schema drydock is in the hands of others than role \(role), which migrates",
      facts: found.map { Problem.Fact($0.object, $0.fault) },
      hint: "No patch has run. Is it the right database, and the right role? Find out who made it"
        + " and whether its events are true. If it is your ledger, migrate as the role that owns it,"
        + " or let its owner or a superuser run: \(found.mending); and for each role that migrates:"
        + " drydock init --grant ROLE. If it is not, rename the schema away:"
        + " ALTER SCHEMA drydock RENAME TO ..."
    )
  }
}
