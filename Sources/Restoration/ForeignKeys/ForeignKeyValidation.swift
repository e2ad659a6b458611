internal import Catalog
internal import Postgres
internal import Problems

/// Checks the rows of foreign keys that an exchange of names has left unchecked.
///
/// It comes after the exchange's COMMIT, under locks that neither readers nor writers wait for
/// (manual, ALTER TABLE: SHARE UPDATE EXCLUSIVE, and ROW SHARE on the other table). The journal lists
/// the keys until each has been checked, so `--resume` goes on after a kill.
struct ForeignKeyValidation {
  let connection: Connection
  let lockTimeout: Int

  /// Checks all that a journal lists; returns what a person must know of those that are left.
  func finish(_ journal: Journal) -> [String] {
    (journal.unchecked ?? []).compactMap { key in
      do {
        try check(key, journal)
        return nil
      } catch let error as PostgresError where error.sqlState == "23503" {
        return broken(key, journal, error)
      } catch {
        return Self.waiting(key, journal, because: error)
      }
    }
  }

  /// What is said of all of them where none can be checked now.
  static func waiting(_ journal: Journal, because error: any Error) -> [String] {
    (journal.unchecked ?? []).map { waiting($0, journal, because: error) }
  }

  private func check(_ key: Journal.Key, _ journal: Journal) throws {
    try connection.transaction {
      try connection.setTransferSettings(forReading: false)
      try ExchangeLocks(connection: connection, timeout: lockTimeout).announce(journal.schema)
      try connection.execute("SET LOCAL lock_timeout = \(lockTimeout)")
      if let state = try read(key), !state.isValid {
        try connection.execute(
          "ALTER TABLE \(SQL.identifier(key.schema, key.table))"
            + " VALIDATE CONSTRAINT \(SQL.identifier(key.name))"
        )
      }
      try note(key, journal)
    }
  }

  /// The key as it is now; nil where somebody has dropped it, so that nothing is left to check.
  private func read(_ key: Journal.Key) throws -> (isValid: Bool, definition: String)? {
    try connection.query(
      """
      SELECT o.convalidated, pg_catalog.pg_get_constraintdef(o.oid) AS definition
      FROM pg_catalog.pg_constraint o
      JOIN pg_catalog.pg_class c ON c.oid = o.conrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE o.contype = 'f' AND n.nspname = $1 AND c.relname = $2 AND o.conname = $3
      """,
      [.text(key.schema), .text(key.table), .text(key.name)]
    ).first.map { ($0.bool("convalidated"), $0.string("definition")) }
  }

  /// Strikes a key off the list of the copy, where that still is there.
  private func note(_ key: Journal.Key, _ journal: Journal) throws {
    let copies = JournaledCopies(connection: connection)
    let comment = try copies.comment(of: journal.setAside)
    guard var line = comment.journals.last(where: { $0.operation == journal.operation })
    else { return }
    let left = (line.unchecked ?? []).filter { $0 != key }
    line.unchecked = left.isEmpty ? nil : left
    try copies.write(line, to: journal.setAside, keeping: comment)
  }

  private func broken(_ key: Journal.Key, _ journal: Journal, _ error: PostgresError) -> String {
    var said =
      "foreign key \(key.name) of \(key.schema).\(key.table) does not hold: it guards new rows, and"
      + " some that are there refer to nothing"
    do {
      if let query = try query(key) { said += "; they are found by: \(query)" }
    } catch {
      said += " (\(error.reason))"
    }
    return said + ". Mend them, then drydock restore --resume \(journal.operation) checks again."
  }

  private func query(_ key: Journal.Key) throws(PostgresError) -> String? {
    let found: (isValid: Bool, definition: String)?
    do {
      found = try connection.transaction {
        // Names are written in full only where the search path is empty.
        try connection.setTransferSettings(forReading: true)
        return try read(key)
      }
    } catch let error as PostgresError {
      throw error
    } catch {
      throw PostgresError(message: "\(error)")
    }
    guard let found, let parts = ForeignKeyDefinition(found.definition), let schema = parts.schema
    else { return nil }
    return ForeignKeyCheck.Search(
      name: key.name,
      table: .init(schema: key.schema, name: key.table),
      other: .init(schema: schema, name: parts.table),
      definition: parts
    ).rows
  }

  private static func waiting(
    _ key: Journal.Key,
    _ journal: Journal,
    because error: any Error
  ) -> String {
    let why =
      (error as? PostgresError)?.reason ?? (error as? Problem)?.summary ?? "it was interrupted"
    return "the rows of foreign key \(key.name) of \(key.schema).\(key.table) are not checked yet:"
      + " \(why). drydock restore --resume \(journal.operation) checks them."
  }
}
