internal import Postgres

extension Connection {
  /// Gives a schema another name.
  func renameSchema(_ name: String, to other: String) throws(PostgresError) {
    try execute("ALTER SCHEMA \(SQL.identifier(name)) RENAME TO \(SQL.identifier(other))")
  }
}
