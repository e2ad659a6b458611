internal import Digests
internal import Postgres
internal import Problems
internal import Reports

/// Reads the rows of tables of the scratch as backup does, so that their digests compare.
struct RowReader: Sendable {
  /// The largest table that is read, without indexes, in bytes.
  static let limit = 1 << 30

  /// The way in for the administrator: row security hides nothing.
  let settings: ConnectionSettings
  /// The repository's.
  let seed: UInt64
  /// The encoding in which backup read.
  let encoding: String
  var limit = RowReader.limit

  /// Reads tables, each in these columns or in all that it has.
  ///
  /// - Returns: what was found; a table that is not there has no entry.
  func read(_ tables: [String: [String]?]) throws -> [String: RowState] {
    guard !tables.isEmpty else { return [:] }
    do {
      let connection = try Connection.open(settings)
      var states: [String: RowState] = [:]
      for (table, columns) in tables {
        states[table] = try read(table, columns, connection) { _ in }
      }
      return states
    } catch let error as PostgresError {
      throw error.problem("cannot read rows of the scratch")
    }
  }

  /// Lends the digest of each row of a table, which was read before.
  func visit(_ table: String, _ columns: [String], _ body: (RowDigest) -> Void) throws {
    do {
      _ = try read(table, columns, try Connection.open(settings), body)
    } catch let error as PostgresError {
      throw error.problem("cannot read rows of \(table) of the scratch")
    }
  }

  private func read(
    _ table: String,
    _ wanted: [String]?,
    _ connection: Connection,
    _ body: (RowDigest) -> Void
  ) throws -> RowState? {
    guard let found = try connection.query(Self.tableQuery, [.text(table)]).first else {
      return nil
    }
    let bytes = found.int("bytes")
    guard bytes <= limit else {
      return .unread("\(Quantity.bytes(bytes)) are more than \(Quantity.bytes(limit))")
    }
    let columns = try connection.query(Self.columnQuery, [.text(table)]).map {
      $0.string("attname")
    }
    if let wanted, !Set(wanted).isSubset(of: columns) {
      return .unread("its columns are not those of before")
    }
    let name = SQL.asciiIdentifier(found.string("nspname"), found.string("relname"))
    return .read(try sum(name, wanted ?? columns, connection, body))
  }

  private func sum(
    _ table: String,
    _ columns: [String],
    _ connection: Connection,
    _ body: (RowDigest) -> Void
  ) throws -> RowState.Reading {
    let hasher = RowHasher(seed: seed)
    var reading = RowState.Reading(columns: columns, rows: 0, digest: .zero)
    let list = columns.map { SQL.asciiIdentifier($0) }.joined(separator: ", ")
    try connection.execute("BEGIN")
    try connection.setTransferSettings(forReading: true)
    try connection.execute("SET LOCAL client_encoding = \(SQL.literal(encoding))")
    try connection.copyOut("COPY (SELECT \(list) FROM ONLY \(table)) TO STDOUT") { row in
      let digest = hasher.digest(of: row.extracting(0..<(row.count - 1)))
      reading.digest.add(digest)
      reading.rows += 1
      body(digest)
    }
    try connection.execute("ROLLBACK")
    return reading
  }

  /// A view under a table's name would run strangers' code: only what holds rows itself is read.
  private static let tableQuery = """
    SELECT n.nspname, c.relname, pg_catalog.pg_table_size(c.oid) AS bytes
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid = pg_catalog.to_regclass($1) AND c.relkind = 'r'
    """

  private static let columnQuery = """
    SELECT a.attname FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = pg_catalog.to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
      AND a.attgenerated = '' ORDER BY a.attnum
    """
}
