extension Connection {
  /// Takes off every limit on time that the database or the role sets for its sessions: none of
  /// them may end work that takes hours, nor a session that waits while others do it.
  ///
  /// The limit on statements goes first: it could end the others. A server has only those of them
  /// that its version knows.
  ///
  /// - Throws: A `PostgresError` when the server refuses or the connection is lost; a `Problem` where
  ///   a proxy lends out sessions by the transaction, for production's clients would get this one next,
  ///   without the limits that protect them.
  public func freeFromTimeLimits() throws {
    if try isBehindProxy() { try requireOwnSession() }
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
