internal import FoundationEssentials
internal import Postgres

/// The rows about waves in a database.
struct WaveBook {
  let connection: Connection
  let identity: DatabaseIdentity

  /// The last run in this very database after a restore, or after any where none is named.
  ///
  /// A row that a snapshot brought from elsewhere does not count. One that names no restore may be
  /// about this one. A table of an earlier version has no such column, which is no error here.
  func last(after restore: String?) throws -> WaveRecord? {
    guard try OperationTables.waves.exist(connection) else { return nil }
    let rows = try connection.query(
      """
      SELECT run, origin, pg_catalog.to_jsonb(r) ->> 'restore'::text AS restore,
        extract(epoch FROM data_time) AS data_time, downtime_seconds, is_together,
        extract(epoch FROM begun) AS begun, finished IS NOT NULL AS is_finished,
        pg_catalog.array_to_json(steps) AS steps
      FROM drydock.wave_runs r WHERE system_identifier = $1 AND database_oid = $2
        AND ($3::text IS NULL OR coalesce(pg_catalog.to_jsonb(r) ->> 'restore'::text, $3) = $3)
      ORDER BY run DESC LIMIT 1
      """,
      [.text(identity.systemIdentifier), Parameter(identity.oid), Parameter(restore)]
    )
    return try rows.first.map { row in
      WaveRecord(
        run: row.int("run"),
        origin: DataOrigin(
          dataTime: Date(timeIntervalSince1970: row.double("data_time") ?? 0),
          restore: row["restore"],
          text: row.string("origin")
        ),
        downtime: row.double("downtime_seconds") ?? 0,
        isTogether: row.bool("is_together"),
        steps: try JSONDecoder().decode([String].self, from: Data(row.string("steps").utf8)),
        begun: Date(timeIntervalSince1970: row.double("begun") ?? 0),
        isFinished: row.bool("is_finished")
      )
    }
  }

  /// Begins a run about data of an origin, after the restore that it names.
  func begin(_ origin: DataOrigin, _ downtime: Double, together: Bool, _ steps: [String]) throws {
    let names = String(decoding: try JSONEncoder().encode(steps), as: UTF8.self)
    try connection.query(
      """
      INSERT INTO drydock.wave_runs (system_identifier, database_oid, data_time, origin,
        downtime_seconds, is_together, steps, restore)
      VALUES ($1, $2, pg_catalog.to_timestamp($3), $4, $5, $6,
        ARRAY(SELECT pg_catalog.json_array_elements_text($7::json)), $8)
      """,
      [
        .text(identity.systemIdentifier), Parameter(identity.oid),
        .text("\(origin.dataTime.timeIntervalSince1970)"), .text(origin.text), .text("\(downtime)"),
        .text("\(together)"), .text(names), Parameter(origin.restore),
      ]
    )
  }

  /// Ends a run.
  func finish(_ run: Int) throws {
    try connection.query(
      "UPDATE drydock.wave_runs SET finished = pg_catalog.clock_timestamp() WHERE run = $1",
      [Parameter(run)]
    )
  }

  /// How far each step of a run has come.
  func states(_ run: Int, count: Int) throws -> [WaveState] {
    var states = Array(repeating: WaveState.waiting, count: count)
    let rows = try connection.query(
      """
      SELECT step, started IS NOT NULL AS is_started, caught_up IS NOT NULL AS is_caught_up
      FROM drydock.wave_steps WHERE run = $1
      """,
      [Parameter(run)]
    )
    for row in rows where states.indices.contains(row.int("step")) {
      states[row.int("step")] =
        row.bool("is_caught_up") ? .caughtUp : row.bool("is_started") ? .started : .unknown
    }
    return states
  }

  /// Writes that a step begins; a second writer finds the row there and fails.
  func note(_ step: Int, of run: Int, isStarted: Bool) throws {
    try connection.query(
      """
      INSERT INTO drydock.wave_steps (run, step, started)
      VALUES ($1, $2, CASE WHEN $3 THEN pg_catalog.clock_timestamp() END)
      """,
      [Parameter(run), Parameter(step), .text("\(isStarted)")]
    )
  }

  /// Writes that a step was started.
  func noteStarted(_ step: Int, of run: Int) throws {
    try connection.query(
      """
      UPDATE drydock.wave_steps SET started = pg_catalog.clock_timestamp()
      WHERE run = $1 AND step = $2 AND started IS NULL
      """,
      [Parameter(run), Parameter(step)]
    )
  }

  /// Forgets a step that did not start.
  func forget(_ step: Int, of run: Int) throws {
    try connection.query(
      "DELETE FROM drydock.wave_steps WHERE run = $1 AND step = $2 AND started IS NULL",
      [Parameter(run), Parameter(step)]
    )
  }

  /// Writes that a step has caught up.
  func noteCaughtUp(_ step: Int, of run: Int) throws {
    try connection.query(
      """
      UPDATE drydock.wave_steps SET caught_up = pg_catalog.clock_timestamp()
      WHERE run = $1 AND step = $2
      """,
      [Parameter(run), Parameter(step)]
    )
  }
}
