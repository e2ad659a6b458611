internal import Catalog
internal import Postgres

extension Connection {
  /// Takes the locks that a reader needs, without waiting behind somebody who waits for us.
  ///
  /// Somebody may already queue for ACCESS EXCLUSIVE behind the backup's own lock; waiting behind
  /// them would wait forever. The caller then uses the connection that holds the locks.
  /// - Returns: whether the locks were had.
  func lockAtOnce(_ tables: [RelationName]) throws -> Bool {
    try execute("SAVEPOINT before_lock")
    do {
      try execute(ConsistentRead.lockStatement(tables, noWait: true))
      try execute("RELEASE SAVEPOINT before_lock")
      return true
    } catch  where error.sqlState == "55P03" {
      try execute("ROLLBACK TO SAVEPOINT before_lock")
      return false
    }
  }
}
