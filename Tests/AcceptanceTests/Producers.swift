import Dispatch
import Postgres
import Synchronization

/// Simulated producers of HR-S&I: one for each type of job, each catching up at its own rate.
///
/// A producer looks whether its type is in the list, and makes the next job of its type until its jobs
/// are up to date. Those of the second wave wait for a gate, so that a test can stop the world there.
final class Producers: Sendable {
  /// The type in the list, the name of its jobs, hours of data in a job.
  private static let types = [
    ("fsc_rlie_job", "fsc-rlie-job", 6), ("rlies1_job", "rlie-s1-job", 18),
    ("sws_wds_job", "sws-wds-job", 5), ("rlies1s2_job", "rlie-s1-s2-job", 12),
    ("gfsc_job", "gfsc-job", 24),
  ]

  private let isStopping = Mutex(false)
  private let failures = Mutex<[String]>([])
  private let group = DispatchGroup()

  /// Makes the data end three days ago, and a rule of the database that no type comes early.
  static func prepare(_ connection: Connection) throws {
    try connection.execute(
      #"""
      CREATE TABLE gate (is_open boolean); INSERT INTO gate VALUES (false);
      CREATE FUNCTION newest(job text) RETURNS timestamp LANGUAGE sql
        AS $$ SELECT max(last_status_change_date) FROM cosims.parent_jobs
              WHERE name ~ ('^' || job || '-\d+$') $$;
      CREATE FUNCTION is_late(job text) RETURNS boolean LANGUAGE sql
        AS $$ SELECT newest(job) < now() - interval '1 hour' $$;
      CREATE FUNCTION refuse_early() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.job_types_list ~ 'sws_wds' AND (is_late('fsc-rlie-job') OR is_late('rlie-s1-job'))
        THEN RAISE EXCEPTION 'the second wave is early'; END IF;
        IF NEW.job_types_list ~ 'gfsc' AND (is_late('sws-wds-job') OR is_late('rlie-s1-s2-job'))
        THEN RAISE EXCEPTION 'the third wave is early'; END IF;
        RETURN NEW; END $$;
      CREATE TRIGGER refuse_early AFTER UPDATE OF job_types_list ON cosims.system_parameters
        FOR EACH ROW EXECUTE FUNCTION refuse_early();
      CREATE FUNCTION produce(type text, job text, hours int) RETURNS boolean LANGUAGE sql AS $$
        INSERT INTO cosims.parent_jobs (name, tile_id, next_log_level, last_status_id,
          last_status_change_date)
        SELECT job || '-' || nextval('cosims.parent_jobs_id_seq'), '32TNS', 20, 1,
          least(newest(job) + hours * interval '1 hour', now())
        FROM cosims.system_parameters, gate
        WHERE job_types_list ~ ('"' || type || '"') AND is_late(job)
          AND (is_open OR type IN ('fsc_rlie_job', 'rlies1_job'))
        RETURNING true $$;
      """#
    )
  }

  /// Starts them all.
  init(in database: ConnectionSettings) throws {
    for (type, job, hours) in Self.types {
      let connection = Handed(try Connection.open(database))
      DispatchQueue(label: "producer.\(type)").async(group: group) { [self] in
        connection.use { run($0, type, job, hours) }
      }
    }
  }

  private func run(_ connection: Connection, _ type: String, _ job: String, _ hours: Int) {
    while !isStopping.withLock({ $0 }) {
      do {
        try connection.query(
          "SELECT produce($1, $2, $3), pg_sleep(0.01)",
          [.text(type), .text(job), Parameter(hours)]
        )
      } catch {
        return failures.withLock { $0.append("\(type): \(error.reason)") }
      }
    }
  }

  /// Ends them; returns what failed.
  func stop() -> [String] {
    isStopping.withLock { $0 = true }
    group.wait()
    return failures.withLock { $0 }
  }
}

/// A connection that one other thread alone uses from now on.
private final class Handed: Sendable {
  private let connection: Mutex<Connection?>

  init(_ connection: sending Connection) { self.connection = Mutex(connection) }

  func use(_ body: (Connection) -> Void) {
    connection.withLock { connection in
      if let connection { body(connection) }
    }
  }
}
