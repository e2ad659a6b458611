internal import Postgres

extension Connection {
  /// The transfer settings for a restore, which may read views where a backup must not.
  ///
  /// A materialised view over a view, or a check whose function reads one, has to be computed here.
  func setRestoringSettings() throws {
    try setTransferSettings()
    try execute(
      """
      SELECT pg_catalog.set_config(name, '', true) FROM pg_catalog.pg_settings
      WHERE name = 'restrict_nonsystem_relation_kind'
      """
    )
  }

  /// Looks without changing: one consistent view, names in full, a limit on waiting.
  func looking<Value>(lockTimeout: Int, _ body: () throws -> Value) throws -> Value {
    try transaction("ISOLATION LEVEL REPEATABLE READ, READ ONLY") {
      try setTransferSettings()
      try execute("SET LOCAL lock_timeout = \(lockTimeout)")
      return try body()
    }
  }
}
