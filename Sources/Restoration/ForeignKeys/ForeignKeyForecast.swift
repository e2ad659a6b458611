internal import Postgres
internal import Problems
internal import Repository
internal import Snapshot

/// Finds rows outside that refer to rows which the snapshot does not have, before anything is done.
///
/// The snapshot's keys go into a temporary table as text, in a transaction that is rolled back. A
/// key of types that are not PostgreSQL's own, or to a partitioned table, is left to the swap, where
/// the validation of the constraint decides.
struct ForeignKeyForecast {
  private static let place = "pg_temp.drydock_keys"

  let connection: Connection
  let content: SnapshotContent
  let work: RestoreWork

  /// Refuses when a foreign key from outside would not hold.
  func requireHolding(_ border: Border) throws {
    for key in border.incoming where !key.staysUnvalidated {
      guard
        let (table, stripes) = work.tables.first(where: { $0.table.name == key.referenced.name }),
        table.loadRoot == nil, let columns = try columns(of: key)
      else { continue }
      let violations = try count(key, columns, table, stripes)
      guard violations == 0 else { throw Self.problem(key, violations) }
    }
  }

  private struct KeyColumn {
    let own: String
    let other: String
    let type: String
  }

  private func count(
    _ key: Border.ForeignKey,
    _ columns: [KeyColumn],
    _ table: Manifest.Table,
    _ stripes: [Stripe]
  ) throws -> Int {
    try connection.execute("BEGIN")
    // Whatever happens, the temporary table goes; a lost connection has rolled back by itself.
    defer { _ = try? connection.execute("ROLLBACK") }
    let list = table.columns.map { "\(SQL.asciiIdentifier($0.name)) text" }.joined(separator: ", ")
    try connection.execute("CREATE TEMPORARY TABLE drydock_keys (\(list)) ON COMMIT DROP")
    let loader = RowLoader(
      connection: connection,
      repository: content.repository,
      encoding: content.manifest.database.encoding
    )
    try loader.load(stripes, of: table, by: "COPY \(Self.place) FROM STDIN")
    let isSet = columns.map { "o.\(SQL.identifier($0.own)) IS NOT NULL" }
    let isEqual = columns.map { column in
      "k.\(SQL.identifier(column.other))::\(column.type) = o.\(SQL.identifier(column.own))"
    }
    return try connection.execute(
      """
      SELECT count(*) FROM \(key.table.sql) o WHERE \(isSet.joined(separator: " AND "))
        AND NOT EXISTS (
          SELECT FROM \(Self.place) k WHERE \(isEqual.joined(separator: " AND ")))
      """
    ).int ?? 0
  }

  /// The columns of a key with the type of the referenced one; nil where a type is not the server's.
  private func columns(of key: Border.ForeignKey) throws -> [KeyColumn]? {
    let rows = try connection.query(
      """
      SELECT a.attname AS own, b.attname AS other,
        pg_catalog.format_type(b.atttypid, NULL) AS type,
        ta.typnamespace = n.oid AND tb.typnamespace = n.oid AS is_plain
      FROM pg_catalog.pg_constraint o
      JOIN pg_catalog.pg_namespace n ON n.nspname = 'pg_catalog',
        ROWS FROM (pg_catalog.unnest(o.conkey), pg_catalog.unnest(o.confkey)) AS k(own, other),
        pg_catalog.pg_attribute a, pg_catalog.pg_attribute b,
        pg_catalog.pg_type ta, pg_catalog.pg_type tb
      WHERE o.conrelid = $1 AND o.conname = $2 AND o.contype = 'f'
        AND a.attrelid = o.conrelid AND a.attnum = k.own
        AND b.attrelid = o.confrelid AND b.attnum = k.other
        AND ta.oid = a.atttypid AND tb.oid = b.atttypid
      """,
      [Parameter(key.table.oid), .text(key.name)]
    )
    guard !rows.isEmpty, rows.allSatisfy({ $0.bool("is_plain") }) else { return nil }
    return rows.map {
      KeyColumn(own: $0.string("own"), other: $0.string("other"), type: $0.string("type"))
    }
  }

  private static func problem(_ key: Border.ForeignKey, _ violations: Int) -> Problem {
    Problem(
      .refused,
      code: "restore.foreign-key",
      "foreign key \(key.name) of \(key.table.label) would not hold; nothing was changed",
      reason: "\(violations) of its rows refer to rows of \(key.referenced.label) that the snapshot"
        + " does not have",
      hint: "Remove or change those rows first, or choose a newer snapshot."
    )
  }
}
