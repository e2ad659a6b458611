extension LedgerSchema {
  /// What backfills keep: how far they have come, and the rows that failed for good.
  ///
  /// Whoever may write to the ledger may write here as well.
  static let third = """
    CREATE TABLE drydock.batches (
      event bigint NOT NULL REFERENCES drydock.events,
      number bigint NOT NULL,
      criteria text,
      first_key text[] NOT NULL,
      last_key text[] NOT NULL,
      rows bigint NOT NULL,
      seconds double precision NOT NULL,
      peak_bytes bigint,
      at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
      PRIMARY KEY (event, number)
    );
    COMMENT ON TABLE drydock.batches IS
      'The batches of backfills, each written in the transaction that did its work.';
    COMMENT ON COLUMN drydock.batches.event IS 'The event of the backfill.';
    COMMENT ON COLUMN drydock.batches.number IS
      'Which batch, from 1; a second runner finds its number taken.';
    COMMENT ON COLUMN drydock.batches.criteria IS
      'What a person asked for besides; empty where all rows were wanted.';
    COMMENT ON COLUMN drydock.batches.first_key IS 'The key of its first row.';
    COMMENT ON COLUMN drydock.batches.last_key IS 'The key of its last row.';
    COMMENT ON COLUMN drydock.batches.rows IS 'How many rows were left between them.';
    COMMENT ON COLUMN drydock.batches.seconds IS 'How long its statement took.';
    COMMENT ON COLUMN drydock.batches.peak_bytes IS
      'The most memory that the server''s process had of its own until then, where it can be seen.';
    COMMENT ON COLUMN drydock.batches.at IS 'When it was done.';

    CREATE TABLE drydock.dead_letters (
      letter bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      event bigint NOT NULL REFERENCES drydock.events,
      key text[] NOT NULL,
      sql_state text,
      message text NOT NULL,
      attempts integer NOT NULL DEFAULT 1,
      noted timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
      tried timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
      resolved timestamptz
    );
    CREATE UNIQUE INDEX ON drydock.dead_letters (event, key) WHERE resolved IS NULL;
    COMMENT ON TABLE drydock.dead_letters IS
      'Rows that a backfill could not do, each tried alone.';
    COMMENT ON COLUMN drydock.dead_letters.letter IS 'The order in which they failed.';
    COMMENT ON COLUMN drydock.dead_letters.event IS 'The event of the backfill.';
    COMMENT ON COLUMN drydock.dead_letters.key IS 'The row''s key.';
    COMMENT ON COLUMN drydock.dead_letters.sql_state IS
      'The SQLSTATE; empty where the statement ran and the row is still left.';
    COMMENT ON COLUMN drydock.dead_letters.message IS 'What the server said at the last attempt.';
    COMMENT ON COLUMN drydock.dead_letters.attempts IS 'How often it was tried.';
    COMMENT ON COLUMN drydock.dead_letters.noted IS 'When it failed first.';
    COMMENT ON COLUMN drydock.dead_letters.tried IS 'When it was tried last.';
    COMMENT ON COLUMN drydock.dead_letters.resolved IS
      'When it was done after all, or the row was no longer left; empty while it is dead.';

    DO $$
    DECLARE
      grantee text;
    BEGIN
      FOR grantee IN
        SELECT privilege.grantee::pg_catalog.regrole::text
        FROM pg_catalog.pg_class, pg_catalog.aclexplode(relacl) privilege
        WHERE oid = 'drydock.events'::pg_catalog.regclass AND privilege_type = 'INSERT'
          AND privilege.grantee NOT IN (0, relowner)
      LOOP
        EXECUTE 'GRANT SELECT, INSERT ON drydock.batches, drydock.dead_letters TO ' || grantee;
        EXECUTE 'GRANT UPDATE (sql_state, message, attempts, tried, resolved)'
          ' ON drydock.dead_letters TO ' || grantee;
      END LOOP;
    END $$;
    """
}
