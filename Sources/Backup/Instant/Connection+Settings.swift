internal import Postgres

extension Connection {
  /// Frees a session from what the database or the role sets for theirs.
  ///
  /// No time limit may end the work, and no operator of somebody's schema may fit better than the
  /// one that is meant (CVE-2018-1058).
  func freeFromSettings() throws {
    try freeFromTimeLimits()
    try execute("SET search_path = ''")
  }
}
