internal import Catalog
internal import Postgres
internal import Problems

/// The tables of schema `drydock` that record what operations did, made when first needed.
///
/// They are looked at before they are used, as the ledger is: whoever may make a schema could have
/// made them first, with code in them that would run as whoever restores, starts or repairs.
enum OperationTables: String {
  case waves = "drydock.wave_runs"
  case transitions = "drydock.transition_runs"
  case parameters = "drydock.parameter_changes"

  /// Whether they are there; throws `operations.strange` where they are not plain tables.
  func exist(_ connection: Connection) throws -> Bool {
    let found = try tables.strange(connection)
    guard found.isEmpty else {
      throw Problem(
        .refused,
        code: "operations.strange",
        "schema drydock holds what no drydock has made: these may not be its records",
        facts: found.map { Problem.Fact($0.object, $0.fault) },
        hint: "Nothing was read from them or changed. Find out who made it, and why; then drop "
          + "what is named here. If none of it is yours, rename the schema away: "
          + "ALTER SCHEMA drydock RENAME TO ..."
      )
    }
    return try connection.query(
      "SELECT pg_catalog.to_regclass($1) IS NOT NULL",
      [.text(rawValue)]
    ).bool
  }

  /// Makes them where they are not there, and adds what an earlier version did not have; throws
  /// `operations.foreign` where a role that need not be trusted has a hand in them.
  func make(_ connection: Connection) throws {
    try requireTrusted(connection)
    try complete(connection)
    // Defaults of the database may have given others rights on what was just made.
    try requireTrusted(connection)
  }

  /// Rights to write rows are for those who operate; code is for nobody.
  private var tables: OwnTables {
    let names =
      switch self {
      case .waves: ["wave_runs", "wave_steps"]
      case .transitions: ["transition_runs", "transition_rows"]
      case .parameters: ["parameter_changes"]
      }
    return OwnTables(names, foreignRights: "a.privilege_type = 'TRIGGER'")
  }

  private func requireTrusted(_ connection: Connection) throws {
    let found = try tables.foreignRights(connection)
    guard let role = found.first?.role else { return }
    throw Problem(
      .refused,
      code: "operations.foreign",
      "Drydock's records in schema drydock are in the hands of others than role \(role)",
      facts: found.map { Problem.Fact($0.object, $0.fault) },
      hint: "Nothing was done. Is it the right database, and the right role? If the records are "
        + "yours, let their owner or a superuser run: \(found.mending). If they are not, rename the "
        + "schema away: ALTER SCHEMA drydock RENAME TO ..."
    )
  }

  private func complete(_ connection: Connection) throws {
    guard try !areComplete(connection) else { return }
    do {
      try connection.transaction {
        // Two who come first at the same time: the second one finds them made.
        try connection.query(
          "SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended($1, 0))",
          [.text(rawValue)]
        )
        guard try !exist(connection) else {
          if let later, try !areComplete(connection) { try connection.execute(later.definition) }
          return
        }
        let hasSchema = try connection.execute(
          "SELECT pg_catalog.to_regnamespace('drydock') IS NOT NULL"
        )
        if !hasSchema.bool { try connection.execute("CREATE SCHEMA drydock") }
        try connection.execute(definition)
      }
    } catch let error as PostgresError {
      throw error.problem(
        "the tables that record this cannot be made in schema drydock",
        hint: error.sqlState == "42501"
          ? "Run the command once as the owner of the database, and grant this role the rows." : nil
      )
    }
  }

  private func areComplete(_ connection: Connection) throws -> Bool {
    guard try exist(connection) else { return false }
    guard let later else { return true }
    return try connection.query(
      """
      SELECT EXISTS (SELECT FROM pg_catalog.pg_attribute
        WHERE attrelid = $1::regclass::oid AND attname = $2 AND NOT attisdropped)
      """,
      [.text(rawValue), .text(later.column)]
    ).bool
  }

  /// A column that came later: a snapshot may bring the table as it was before.
  private var later: (column: String, definition: String)? {
    self == .waves ? ("restore", Self.waveRestore) : nil
  }

  private static let waveRestore = """
    ALTER TABLE drydock.wave_runs ADD COLUMN restore text;
    COMMENT ON COLUMN drydock.wave_runs.restore IS
      'The restore after which it was begun; empty where nobody had recorded one.';
    """

  private var definition: String {
    switch self {
    case .waves: Self.waveTables
    case .transitions: Self.transitionTables
    case .parameters: Self.parameterTable
    }
  }

  private static let waveTables = """
    CREATE TABLE drydock.wave_runs (
      run bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      system_identifier text NOT NULL,
      database_oid bigint NOT NULL,
      data_time timestamptz NOT NULL,
      origin text NOT NULL,
      downtime_seconds double precision NOT NULL,
      is_together boolean NOT NULL,
      steps text[] NOT NULL,
      begun timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
      finished timestamptz,
      performed_by text NOT NULL DEFAULT session_user
    );
    COMMENT ON TABLE drydock.wave_runs IS
      'Each start of the work after a restore; counts only in the database named beside it.';
    COMMENT ON COLUMN drydock.wave_runs.data_time IS 'The instant that the restored data show.';
    COMMENT ON COLUMN drydock.wave_runs.steps IS 'The waves and the steps after them, in order.';
    CREATE TABLE drydock.wave_steps (
      run bigint NOT NULL REFERENCES drydock.wave_runs,
      step integer NOT NULL,
      begun timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
      started timestamptz,
      caught_up timestamptz,
      PRIMARY KEY (run, step)
    );
    COMMENT ON TABLE drydock.wave_steps IS 'Which waves were started; none twice in a run.';
    COMMENT ON COLUMN drydock.wave_steps.started IS
      'Empty while a program runs, or when nobody knows whether it did.';
    """ + waveRestore

  private static let transitionTables = """
    CREATE TABLE drydock.transition_runs (
      run bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      name text NOT NULL,
      change text NOT NULL,
      selection text NOT NULL,
      selected bigint NOT NULL,
      begun timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
      finished timestamptz,
      performed_by text NOT NULL DEFAULT session_user
    );
    COMMENT ON TABLE drydock.transition_runs IS 'Each repair of states or contents in bulk.';
    COMMENT ON COLUMN drydock.transition_runs.change IS 'The path of states, or the JSON patch.';
    CREATE TABLE drydock.transition_rows (
      run bigint NOT NULL REFERENCES drydock.transition_runs,
      id text NOT NULL,
      outcome text NOT NULL CHECK (outcome IN ('done', 'refused', 'changed meanwhile')),
      was text,
      message text,
      at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
      PRIMARY KEY (run, id)
    );
    COMMENT ON TABLE drydock.transition_rows IS 'What became of each row of a repair.';
    COMMENT ON COLUMN drydock.transition_rows.was IS 'The state or the content before.';
    """

  private static let parameterTable = """
    CREATE TABLE drydock.parameter_changes (
      change bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      table_name text NOT NULL,
      parameter text NOT NULL,
      old_value text,
      new_value text,
      reason text,
      at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
      performed_by text NOT NULL DEFAULT session_user
    );
    COMMENT ON TABLE drydock.parameter_changes IS
      'Each change of a parameter through drydock: who, when, and the value before.';
    """
}
