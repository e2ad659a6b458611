internal import Bytes
internal import Catalog
internal import Postgres
internal import Problems
internal import Repository
internal import Snapshot

/// Reads pieces of tables on one connection that shares the backup's snapshot.
struct RowReader {
  let connection: Connection
  /// The database's own encoding, so that the server converts nothing.
  let encoding: String
  let seed: UInt64
  let store: (Span<UInt8>) throws -> ChunkID

  /// Joins the exported snapshot.
  func join(_ snapshot: String) throws {
    try connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    try connection.execute("SET TRANSACTION SNAPSHOT \(SQL.literal(snapshot))")
    try connection.setTransferSettings(forReading: true)
    try connection.verifyTransferSettings()
  }

  /// Takes the lock that a reader needs, without waiting behind somebody who waits for us.
  ///
  /// Somebody may already queue for ACCESS EXCLUSIVE behind the backup's own lock; waiting behind
  /// them would wait forever. The caller reads the table on the connection that holds the lock.
  /// - Returns: whether the lock was had.
  func lockAtOnce(_ table: Relation) throws -> Bool {
    try connection.execute("SAVEPOINT before_lock")
    do {
      try connection.execute(ConsistentRead.lockStatement([table.name], noWait: true))
      try connection.execute("RELEASE SAVEPOINT before_lock")
      return true
    } catch  where error.sqlState == "55P03" {
      try connection.execute("ROLLBACK TO SAVEPOINT before_lock")
      return false
    }
  }

  /// Reads a piece and returns its stripes.
  func read(_ piece: ReadPlan.Piece, of table: ReadPlan.Table) throws -> [Stripe] {
    let label = "\(table.relation.name)"
    do {
      guard table.relation.isHeap else { return try readByContent(table.relation) }
      let cutter = StripeCutter(
        table: label,
        range: piece.pages,
        stripePages: table.stripePages,
        builder: StripeBuilder(seed: seed, store: store)
      )
      try connection.execute("SET LOCAL client_encoding = \(SQL.literal(encoding))")
      try connection.copyOut(rangeQuery(table.relation, piece.pages)) { try cutter.take($0) }
      try connection.execute("SET LOCAL client_encoding = 'UTF8'")
      return try cutter.finish()
    } catch let error as PostgresError {
      throw error.problem("cannot read table \(label)")
    }
  }

  /// A table whose access method has no addressable pages: a stripe for every mebibyte of rows.
  private func readByContent(_ relation: Relation) throws -> [Stripe] {
    let builder = StripeBuilder(seed: seed, store: store)
    var stripes: [Stripe] = []
    try connection.execute("SET LOCAL client_encoding = \(SQL.literal(encoding))")
    let query = "COPY (SELECT \(columnList(relation)) FROM \(source(relation))) TO STDOUT"
    try connection.copyOut(query) { row in
      try builder.append(row)
      if builder.bytes >= StripeBuilder.pieceSize {
        stripes.append(try builder.close(pageOffsets: []))
      }
    }
    if builder.bytes > 0 { stripes.append(try builder.close(pageOffsets: [])) }
    try connection.execute("SET LOCAL client_encoding = 'UTF8'")
    return stripes
  }

  /// A TID range scan (PostgreSQL 14 and later), with the place of each row as its first column.
  private func rangeQuery(_ relation: Relation, _ pages: Range<Int>) -> String {
    let columns = relation.columns.isEmpty ? "ctid" : "ctid, \(columnList(relation))"
    return """
      COPY (SELECT \(columns) FROM \(source(relation)) \
      WHERE ctid >= '(\(pages.lowerBound),0)' AND ctid < '(\(pages.upperBound),0)'\
      \(condition(relation))) TO STDOUT
      """
  }

  private func source(_ relation: Relation) -> String {
    "ONLY \(SQL.asciiIdentifier(relation.name.schema, relation.name.name))"
  }

  private func columnList(_ relation: Relation) -> String {
    relation.columns.map { SQL.asciiIdentifier($0.name) }.joined(separator: ", ")
  }

  /// An extension's condition begins with WHERE (manual, `pg_extension_config_dump`).
  private func condition(_ relation: Relation) -> String {
    guard let condition = relation.condition else { return "" }
    let words = condition.drop { $0.isWhitespace }
    let bare = words.lowercased().hasPrefix("where") ? words.dropFirst(5) : words
    return " AND (\(bare))"
  }
}
