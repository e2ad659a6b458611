internal import Postgres

/// Ends the sessions in databases that are being renamed, from a session of its own.
///
/// The rename comes first: it lets no new session in and waits up to 5 s for the old ones. Ending
/// them before it failed again and again, since pools reconnect at once (tested).
struct DatabaseEviction: Sendable {
  /// The databases.
  let oids: [Int]
  /// The server process that renames.
  let renamer: Int
  /// How long to wait for its lock, in milliseconds.
  let patience: Int

  /// Runs until the renaming transaction has ended, or the task is cancelled because nothing is left
  /// to do; returns what went wrong, which matters only if the rename failed too.
  func run(_ session: Session) async -> PostgresError? {
    let statement = statement
    do {
      try await session.run { _ = try $0.execute(statement) }
      return nil
    } catch let error as PostgresError {
      return error.isCancelled && Task.isCancelled ? nil : error
    } catch is CancellationError {
      return nil
    } catch {
      return PostgresError(message: "\(error)")
    }
  }

  /// One statement, so that no delay between client and server lets a session slip through.
  ///
  /// Sessions of a superuser cannot be ended by others; the rename then says that they are there.
  private var statement: String {
    let databases = oids.map(String.init).joined(separator: ", ")
    return """
      DO $$ DECLARE
        session int;
        has_begun boolean := false;
        latest timestamptz := pg_catalog.clock_timestamp() + interval '\(patience) milliseconds';
      BEGIN
        LOOP
          PERFORM pg_catalog.pg_stat_clear_snapshot();
          IF EXISTS (SELECT FROM pg_catalog.pg_locks WHERE pid = \(renamer)
              AND locktype = 'object' AND mode = 'AccessExclusiveLock' AND granted
              AND classid = 'pg_catalog.pg_database'::pg_catalog.regclass
              AND objid IN (\(databases))) THEN
            has_begun := true;
            FOR session IN SELECT pid FROM pg_catalog.pg_stat_activity
              WHERE datid IN (\(databases)) AND backend_type <> 'autovacuum worker'
            LOOP
              BEGIN
                PERFORM pg_catalog.pg_terminate_backend(session);
              EXCEPTION WHEN insufficient_privilege THEN NULL;
              END;
            END LOOP;
          ELSIF has_begun OR pg_catalog.clock_timestamp() > latest THEN
            EXIT;
          END IF;
          PERFORM pg_catalog.pg_sleep(0.02);
        END LOOP;
      END $$
      """
  }
}
