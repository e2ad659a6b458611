internal import Postgres
internal import Problems

/// The ledger's own tables, brought up to date by the runner itself.
///
/// Each migration of the ledger is a script like any patch: it is split, judged and run by the same
/// code, in one transaction, while the runner's lock is held.
enum LedgerSchema {
  /// Scripts in order; the first makes version 1, and a released one is never edited.
  static let scripts = [first, second, third]

  /// The version that a database has; 0 where there is no ledger.
  ///
  /// Whatever reads the ledger asks for it first, so the tables are looked at here before they are
  /// read.
  static func version(_ connection: Connection) throws -> Int {
    let exists = try connection.query(
      "SELECT pg_catalog.to_regclass('drydock.schema_versions') IS NOT NULL",
      []
    )
    guard exists.bool else { return 0 }
    try LedgerGuard.requirePlain(connection)
    let version =
      try connection.query(
        "SELECT coalesce(pg_catalog.max(version), 0) FROM drydock.schema_versions",
        []
      ).int ?? 0
    guard version <= scripts.count else {
      throw Problem(
        .refused,
        code: "ledger.newer",
        "the ledger has version \(version), and this drydock knows \(scripts.count)",
        hint: "Use the drydock that is used on this database elsewhere, or a newer one."
      )
    }
    return version
  }

  /// Runs the scripts that a database lacks.
  static func upgrade(_ connection: Connection) throws {
    let present = try version(connection)
    for (number, text) in scripts.enumerated().dropFirst(present) {
      let statements = try ScriptReader.statements(of: text, file: "ledger \(number + 1)")
      do {
        try connection.transaction {
          for statement in statements { try connection.execute(statement.text) }
          try connection.query(
            "INSERT INTO drydock.schema_versions (version) VALUES ($1)",
            [Parameter(number + 1)]
          )
        }
      } catch let error as PostgresError {
        throw error.problem(
          "the ledger in schema drydock cannot be brought to version \(number + 1)",
          hint: error.sqlState == "42501"
            ? "Let the database's owner run: drydock init --grant ROLE"
            : "It was rolled back, and no patch has run: correct the cause and run the command again."
        )
      }
    }
  }

  /// What a migrator that does not own the ledger needs.
  static func grant(to role: String, _ connection: Connection) throws {
    let role = SQL.identifier(role)
    try connection.execute(
      """
      GRANT USAGE ON SCHEMA drydock TO \(role);
      GRANT SELECT ON ALL TABLES IN SCHEMA drydock TO \(role);
      GRANT INSERT ON drydock.events, drydock.progress, drydock.batches, drydock.dead_letters
        TO \(role);
      GRANT UPDATE (finished, seconds) ON drydock.events TO \(role);
      GRANT UPDATE (sql_state, message, attempts, tried, resolved) ON drydock.dead_letters
        TO \(role);
      """
    )
  }

  /// Versions that are no numbers: a drydock that knows only version 1 cannot read their rows, and
  /// finds a newer ledger instead.
  private static let second = """
    COMMENT ON COLUMN drydock.events.version IS
      'The version of the patch as its file wrote it; R__name for a repeatable patch; schema/version'
      ' where it ran in the schema of a tenant.';
    COMMENT ON COLUMN drydock.events.normalised_hash IS
      'SHA-256 of the script without byte order mark and with plain line ends.';
    """

  private static let first = """
    CREATE SCHEMA IF NOT EXISTS drydock;
    COMMENT ON SCHEMA drydock IS 'The ledger of drydock: which patches this database has.';

    CREATE TABLE drydock.schema_versions (
      version integer PRIMARY KEY,
      installed timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
    );
    COMMENT ON TABLE drydock.schema_versions IS 'Which version the ledger itself has.';
    COMMENT ON COLUMN drydock.schema_versions.version IS 'The version, from 1.';
    COMMENT ON COLUMN drydock.schema_versions.installed IS 'When it was reached.';

    CREATE TABLE drydock.events (
      position bigint PRIMARY KEY,
      kind text NOT NULL
        CHECK (kind IN ('applied', 'undone', 'set-back', 'baseline', 'repaired')),
      version text NOT NULL,
      name text NOT NULL,
      exact_hash text NOT NULL,
      normalised_hash text NOT NULL,
      started timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
      finished timestamptz,
      seconds double precision,
      performed_by text NOT NULL DEFAULT session_user,
      tool_version text NOT NULL,
      git_sha text,
      receipt text,
      reason text
    );
    COMMENT ON TABLE drydock.events IS
      'What happened to this database, in order. Rows are added and completed, never changed.';
    COMMENT ON COLUMN drydock.events.position IS
      'One after the last; a second runner finds its position taken.';
    COMMENT ON COLUMN drydock.events.kind IS
      'applied, undone, set-back (by a restore), baseline or repaired.';
    COMMENT ON COLUMN drydock.events.version IS 'The version of the patch as its file wrote it.';
    COMMENT ON COLUMN drydock.events.name IS 'The name of the patch file without .sql.';
    COMMENT ON COLUMN drydock.events.exact_hash IS 'SHA-256 of the file that ran.';
    COMMENT ON COLUMN drydock.events.normalised_hash IS
      'SHA-256 of that file without byte order mark and with plain line ends.';
    COMMENT ON COLUMN drydock.events.started IS 'When it began.';
    COMMENT ON COLUMN drydock.events.finished IS
      'When it was complete; empty while a patch outside a transaction is not.';
    COMMENT ON COLUMN drydock.events.seconds IS 'How long it took.';
    COMMENT ON COLUMN drydock.events.performed_by IS 'The role that did it.';
    COMMENT ON COLUMN drydock.events.tool_version IS 'The drydock that did it.';
    COMMENT ON COLUMN drydock.events.git_sha IS 'The commit of the checkout, where it was known.';
    COMMENT ON COLUMN drydock.events.receipt IS 'The receipt of the rehearsal.';
    COMMENT ON COLUMN drydock.events.reason IS 'Why, where a person had to say so.';

    CREATE TABLE drydock.progress (
      entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      event bigint NOT NULL REFERENCES drydock.events,
      step integer NOT NULL,
      state text NOT NULL CHECK (state IN ('begun', 'intent', 'done', 'redo')),
      digest text NOT NULL,
      note text,
      at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
    );
    CREATE UNIQUE INDEX ON drydock.progress (event, step) WHERE state = 'done';
    COMMENT ON TABLE drydock.progress IS
      'How far a patch outside a transaction has come: what was about to run, and what has run.';
    COMMENT ON COLUMN drydock.progress.entry IS 'The order of the rows; the last of a step counts.';
    COMMENT ON COLUMN drydock.progress.event IS 'The event of the patch.';
    COMMENT ON COLUMN drydock.progress.step IS 'Which commit of the patch, from 1; 0 when it began.';
    COMMENT ON COLUMN drydock.progress.state IS 
      'begun, intent (about to run), done, or redo (a person said that it has not run).';
    COMMENT ON COLUMN drydock.progress.digest IS 'SHA-256 of the statements of the step.';
    COMMENT ON COLUMN drydock.progress.note IS
      'For an index: whether one of that name was absent or present before.';
    COMMENT ON COLUMN drydock.progress.at IS 'When this row was written.';

    CREATE VIEW drydock.patches AS
      SELECT DISTINCT ON (version) events.*,
        CASE WHEN finished IS NULL THEN 'unfinished'
          WHEN kind IN ('undone', 'set-back') THEN 'not applied'
          ELSE 'applied' END AS status
      FROM drydock.events ORDER BY version, position DESC;
    COMMENT ON VIEW drydock.patches IS 'The last event of each patch: what this database has now.';

    CREATE FUNCTION drydock.keep_events() RETURNS trigger LANGUAGE plpgsql
      SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      IF TG_OP = 'UPDATE' THEN
        IF OLD.finished IS NULL
          AND to_jsonb(NEW) - 'finished' - 'seconds' = to_jsonb(OLD) - 'finished' - 'seconds'
        THEN
          RETURN NEW;
        END IF;
      END IF;
      RAISE EXCEPTION 'the events of the ledger are never changed or removed'
        USING HINT = 'Add an event that says what is true now.';
    END $$;
    COMMENT ON FUNCTION drydock.keep_events() IS 'Keeps the ledger append-only.';
    CREATE TRIGGER keep_events BEFORE UPDATE OR DELETE ON drydock.events
      FOR EACH ROW EXECUTE FUNCTION drydock.keep_events();
    CREATE TRIGGER keep_all_events BEFORE TRUNCATE ON drydock.events
      FOR EACH STATEMENT EXECUTE FUNCTION drydock.keep_events();
    """
}
