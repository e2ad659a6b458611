extension Connection {
  /// Runs `body` inside a transaction: commits when it returns, rolls back when it throws.
  ///
  /// It is READ COMMITTED where nothing else is said, whatever the database's default is: what looks
  /// after it has taken a lock must see what was committed until then.
  ///
  /// - Parameters:
  ///   - mode: what follows BEGIN, such as `ISOLATION LEVEL REPEATABLE READ, READ ONLY`; empty for
  ///     what the database says.
  ///   - body: the statements.
  /// - Returns: what `body` returned.
  /// - Throws: what `body` or the server threw, after the rollback.
  public func transaction<Value>(
    _ mode: String = "ISOLATION LEVEL READ COMMITTED",
    _ body: () throws -> Value
  ) throws -> Value {
    try execute("BEGIN \(mode)")
    do {
      let value = try body()
      try requireCommittable()
      try execute("COMMIT")
      return value
    } catch {
      // The first error is the one to report; a lost connection has rolled back by itself.
      _ = try? execute("ROLLBACK")
      throw error
    }
  }

  /// Refuses a transaction of which a statement has failed: the server rolls it back at COMMIT, and
  /// reports no error (manual, COMMIT), so that nobody would hear that nothing was done.
  private func requireCommittable() throws(PostgresError) {
    guard hasFailed else { return }
    throw PostgresError(
      sqlState: "25P02",
      message: "a statement of the transaction has failed, so nothing of it can be committed"
    )
  }

  /// Sets, for the transaction, what makes values read and write as the same text everywhere.
  ///
  /// The same list that `pg_dump` sets, for the same reasons; for reading and for restoring. It
  /// sends `SET LOCAL` only, which takes no snapshot, so that locks can follow first. A reader also
  /// sets `restrict_nonsystem_relation_kind`, which closes CVE-2024-7348 where the server knows it;
  /// a restore must not, since a check or a materialised view may read a view.
  public func setTransferSettings(forReading: Bool) throws(PostgresError) {
    var settings = Self.transferSettings
    if forReading && knowsRestrictedRelationKinds {
      settings.append(("restrict_nonsystem_relation_kind", "'view, foreign-table'"))
    }
    try execute(settings.map { "SET LOCAL \($0.0) = \($0.1)" }.joined(separator: "; "))
  }

  /// Reads the settings back: a pooler that dropped one would alter the text of rows in silence.
  public func verifyTransferSettings() throws(PostgresError) {
    for (name, expected) in [("DateStyle", "ISO"), ("TimeZone", "UTC"), ("bytea_output", "hex")] {
      let found = try query("SELECT pg_catalog.current_setting($1)", [.text(name)]).value ?? ""
      guard found.hasPrefix(expected) else {
        throw PostgresError(message: "\(name) is \(found) although \(expected) was set")
      }
    }
  }

  /// Minor releases of August 2024 brought the setting to every supported major.
  private var knowsRestrictedRelationKinds: Bool {
    let since = [14: 13, 15: 8, 16: 4]
    return serverMajor >= 17 || serverVersion % 10000 >= (since[serverMajor] ?? .max)
  }

  private static let transferSettings: [(String, String)] = [
    ("search_path", "''"), ("DateStyle", "ISO"), ("IntervalStyle", "postgres"),
    ("extra_float_digits", "3"), ("bytea_output", "hex"), ("TimeZone", "'UTC'"),
    ("lc_monetary", "'C'"), ("array_nulls", "on"), ("xmloption", "content"),
    ("standard_conforming_strings", "on"), ("quote_all_identifiers", "off"),
    ("synchronize_seqscans", "off"), ("row_security", "off"), ("enable_tidscan", "on"),
    ("max_parallel_workers_per_gather", "0"), ("jit", "off"), ("statement_timeout", "0"),
    ("lock_timeout", "0"), ("idle_in_transaction_session_timeout", "0"),
    ("default_transaction_read_only", "off"), ("check_function_bodies", "off"),
  ]
}
