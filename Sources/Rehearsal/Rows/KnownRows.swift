internal import Digests
internal import Migration
internal import Postgres
internal import Repository
internal import Snapshot

/// What a rehearsal knows of the rows of all tables, at one moment.
///
/// It begins with what the snapshot says, so that nothing needs to be read before patches run. A
/// table is read where a patch wrote to it, and at no other time.
struct KnownRows {
  private let content: SnapshotContent
  private let reader: RowReader
  /// Whether there are rows at all.
  private let hasRows: Bool
  /// By quoted name.
  private var states: [String: RowState] = [:]

  /// Takes over what the snapshot says of what was restored.
  init(
    of content: SnapshotContent,
    _ rows: RehearsalRun.Rows,
    in scratch: ConnectionSettings
  ) throws {
    self.content = content
    reader = RowReader(
      settings: scratch,
      seed: content.repository.digestSeed,
      encoding: content.manifest.database.encoding
    )
    hasRows = rows != .none
    guard hasRows else { return }
    let tables = Dictionary(
      content.manifest.tables.map { ([$0.schema, $0.name], $0) },
      uniquingKeysWith: { first, _ in first }
    )
    for row in try Connection.open(reader.settings).execute(Self.tableQuery) {
      guard let table = tables[[row.string("nspname"), row.string("relname")]] else { continue }
      states[row.string("quoted")] =
        rows == .all ? RowState(table) : .unread("only a sample of its rows was there")
    }
  }

  /// Reads tables again after something wrote to them; in the columns of an earlier moment, where
  /// they are to be compared with it.
  mutating func read(_ tables: Set<String>, as before: KnownRows? = nil) throws {
    guard hasRows else { return }
    var wanted: [String: [String]?] = [:]
    for table in tables {
      wanted.updateValue(before?.states[table]?.reading?.columns, forKey: table)
    }
    let found = try reader.read(wanted)
    for table in tables { states[table] = found[table] }
  }

  /// What became of tables since an earlier moment, in the order of their names.
  func changes(of tables: Set<String>, since before: KnownRows) -> [TableRows] {
    tables.sorted().compactMap { table in
      let (old, new) = (before.states[table], states[table])
      guard old != nil || new != nil else { return nil }
      return TableRows(
        table: table,
        before: old?.sum,
        after: new?.sum,
        unread: old?.reason ?? new?.reason
      )
    }
  }

  /// The same, with the number of rows that differ where the snapshot says which there were.
  func losses(of tables: Set<String>, since before: KnownRows) throws -> [TableRows] {
    try changes(of: tables, since: before).map { rows in
      guard rows.differs, let old = before.states[rows.table]?.reading, old.isOfSnapshot,
        let stored = content.manifest.tables.first(where: { RowState($0) == .read(old) })
      else { return rows }
      var counted = rows
      counted.difference = try difference(stored, rows.table, old.columns)
      return counted
    }
  }

  private func difference(
    _ stored: Manifest.Table,
    _ table: String,
    _ columns: [String]
  ) throws -> TableRows.Difference {
    let hasher = RowHasher(seed: reader.seed)
    let chunks = try content.repository.makeReader()
    let stripes = try content.stripes(of: stored, chunks)
    var result = TableRows.Difference()
    for part in RowBalance.parts(of: 2 * stored.rows) {
      var balance = RowBalance(part, hasher)
      for stripe in stripes { try balance.add(stripe, to: .old, chunks) }
      try reader.visit(table, columns) { balance.add($0, to: .new) }
      let counts = balance.difference()
      result.removed += counts.removed
      result.added += counts.added
    }
    return result
  }

  private static let tableQuery = """
    SELECT n.nspname, c.relname, pg_catalog.format('%I.%I', n.nspname, c.relname) AS quoted
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND c.oid >= 16384
    """
}

extension RowState {
  /// What a snapshot says of a table.
  fileprivate init(_ table: Manifest.Table) {
    if table.loadRoot != nil {
      self = .unread("its rows came by way of a partitioned table")
    } else if table.condition != nil || table.isConfiguration {
      self = .unread("it belongs to an extension")
    } else {
      self = .read(
        Reading(
          columns: table.columns.map(\.name),
          rows: table.rows,
          digest: table.digest,
          isOfSnapshot: true
        )
      )
    }
  }
}
