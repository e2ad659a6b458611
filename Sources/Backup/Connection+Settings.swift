internal import Postgres

extension Connection {
  /// Frees a session from what the database or the role sets for theirs.
  ///
  /// No time limit may end the work, and no operator of somebody's schema may fit better than the
  /// one that is meant (CVE-2018-1058). The limit on statements goes first: it could end the others.
  func freeFromSettings() throws(PostgresError) {
    try execute("SET statement_timeout = 0")
    try execute(
      """
      SET search_path = ''; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0;
      SET idle_session_timeout = 0
      """
    )
    if serverMajor >= 17 { try execute("SET transaction_timeout = 0") }
  }
}
