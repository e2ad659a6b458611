extension Connection {
  /// Takes off every limit on time that the database or the role sets for its sessions: none of
  /// them may end work that takes hours, nor a session that waits while others do it.
  ///
  /// The limit on statements goes first: it could end the others. A server has only those of them
  /// that its version knows.
  ///
  /// - Throws: A `PostgresError` when the server refuses or the connection is lost.
  public func freeFromTimeLimits() throws(PostgresError) {
    try execute("SET statement_timeout = 0")
    try execute(
      """
      SELECT pg_catalog.set_config(name, '0', false) FROM pg_catalog.pg_settings
      WHERE name IN ('lock_timeout', 'idle_session_timeout', 'transaction_timeout',
        'idle_in_transaction_session_timeout')
      """
    )
  }
}
