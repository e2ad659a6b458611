internal import Catalog
internal import Postgres
internal import Problems
internal import Snapshot

/// What is known once the instant is open: what will be read, and how the database calls itself.
struct Opening: Sendable {
  let read: ConsistentRead
  let plan: ReadPlan
  let database: Manifest.Database
  let server: Manifest.Server
  let sequences: [Manifest.Sequence]
  let views: [Manifest.MaterializedView]
  let ledger: [Manifest.LedgerEntry]
  let ledgerPosition: Int
  let fingerprint: [UInt8]
  let timeline: Int
  let canReadPasswords: Bool

  /// The size of a page.
  var blockSize: Int { Int(server.settings["block_size"] ?? "") ?? 8192 }
  /// Pages of all tables.
  var totalPages: Int { plan.tables.reduce(0) { $0 + $1.pages } }

  /// Opens the instant on `holder` and reads what is small.
  static func open(
    on holder: Connection,
    settings: ConnectionSettings,
    options: BackupOptions
  ) throws -> Opening {
    let observer = try Connection.open(settings)
    let read = try ConsistentRead.open(
      on: holder,
      observer: observer,
      lockTimeout: options.lockTimeout
    )
    let reader = DatabaseReader(connection: holder)
    let chosen = try Selection(options: options, connection: holder).of(read.relations)
    return Opening(
      read: read,
      plan: ReadPlan(relations: chosen, pages: try reader.pages(chosen)),
      database: try reader.database(),
      server: try reader.server(),
      sequences: try reader.sequences(chosen),
      views: try reader.materializedViews(chosen),
      ledger: try reader.ledger(),
      ledgerPosition: try reader.ledgerPosition(),
      fingerprint: try SchemaFingerprint.read(holder).encoded(),
      timeline: try reader.timeline(),
      canReadPasswords: try reader.canReadPasswords()
    )
  }
}
