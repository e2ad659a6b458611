import Postgres

/// Minor releases of one major version differ in what they lock (15.18 locks less than 15.20), so a
/// test that depends on it asks the server.
extension Stage {
  /// Whether renaming a schema locks it, so that whoever creates a table there waits.
  func locksRenamedSchemas() throws -> Bool {
    try locked(
      "ALTER SCHEMA probed RENAME TO probed_aside",
      "classid = 'pg_namespace'::regclass AND objid = 'probed_aside'::regnamespace"
    )
  }

  /// Whether a default that reads a sequence locks it.
  func locksSequenceOfDefault() throws -> Bool {
    try locked(
      "CREATE TABLE probed.t (id int DEFAULT nextval('probed.s'))",
      "relation = 'probed.s'::regclass"
    )
  }

  /// Whether a statement holds a lock, in a schema that is there before and gone afterwards.
  private func locked(_ statement: String, _ condition: String) throws -> Bool {
    try sql("CREATE SCHEMA probed; CREATE SEQUENCE probed.s")
    defer { _ = try? sql("DROP SCHEMA probed CASCADE") }
    let session = try Connection.open(settings)
    try session.execute("BEGIN; \(statement)")
    let isLocked = try session.query(
      "SELECT EXISTS (SELECT FROM pg_locks WHERE pid = pg_backend_pid() AND \(condition))",
      []
    ).bool
    try session.execute("ROLLBACK")
    return isLocked
  }
}
