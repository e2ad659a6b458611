extension Connection {
  /// Runs `body` inside a transaction: commits when it returns, rolls back when it throws.
  ///
  /// - Parameters:
  ///   - mode: what follows BEGIN, such as `ISOLATION LEVEL REPEATABLE READ, READ ONLY`.
  ///   - body: the statements.
  /// - Returns: what `body` returned.
  /// - Throws: what `body` or the server threw, after the rollback.
  public func transaction<Value>(_ mode: String = "", _ body: () throws -> Value) throws -> Value {
    try execute("BEGIN \(mode)")
    do {
      let value = try body()
      try execute("COMMIT")
      return value
    } catch {
      // The first error is the one to report; a lost connection has rolled back by itself.
      _ = try? execute("ROLLBACK")
      throw error
    }
  }

  /// Settings under which values read and write as the same text on every server.
  ///
  /// The same list that `pg_dump` sets, for the same reasons; for reading and for restoring.
  /// `restrict_nonsystem_relation_kind` closes CVE-2024-7348 where the server knows it.
  public func setTransferSettings(local: Bool) throws(PostgresError) {
    let scope = local ? "LOCAL" : "SESSION"
    let settings = Self.transferSettings.map { "SET \(scope) \($0) = \($1)" }
    try execute(settings.joined(separator: "; "))
    let known = try query(
      "SELECT count(*) FROM pg_catalog.pg_settings WHERE name = $1",
      ["restrict_nonsystem_relation_kind"]
    )
    if known.int == 1 {
      try execute(
        "SET \(scope) restrict_nonsystem_relation_kind = 'view, foreign-table'"
      )
    }
    try verifyTransferSettings()
  }

  /// Reads the settings back: a server or a pooler that ignored one would alter the text of rows.
  private func verifyTransferSettings() throws(PostgresError) {
    for (name, expected) in [("datestyle", "ISO"), ("timezone", "UTC"), ("bytea_output", "hex")] {
      let found = try query("SELECT pg_catalog.current_setting($1)", [.text(name)]).value ?? ""
      guard found.hasPrefix(expected) else {
        throw PostgresError(message: "\(name) is \(found) although \(expected) was set")
      }
    }
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
