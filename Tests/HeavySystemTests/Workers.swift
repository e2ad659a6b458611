import Dispatch
import Postgres
import Synchronization

/// The services of a plant: each kind of job that the parameters name is worked off, a few at a time.
final class Workers: Sendable {
  private static let work = """
    INSERT INTO plant.job_status_changes (job_id, status)
    SELECT job_id, status FROM (
      SELECT job_id FROM plant.jobs, plant.system_parameters
      WHERE status = 'waiting' AND kind = ANY (job_kinds) ORDER BY job_id LIMIT 5) next_jobs,
      unnest('{ready, running, done}'::text[]) WITH ORDINALITY s (status, step)
    ORDER BY job_id, step
    """

  private let isStopping = Mutex(false)
  private let failures = Mutex<[String]>([])
  private let group = DispatchGroup()

  /// Begins to work.
  init(of plant: Plant) throws {
    let connection = Mutex<Connection?>(try Connection.open(plant.database))
    DispatchQueue(label: "workers").async(group: group) { [self] in
      connection.withLock { if let own = $0 { run(own) } }
    }
  }

  private func run(_ connection: Connection) {
    while !isStopping.withLock({ $0 }) {
      do {
        try connection.query(Self.work, [])
      } catch {
        return failures.withLock { $0.append(error.reason) }
      }
    }
  }

  /// Ends it; returns what failed.
  func stop() -> [String] {
    isStopping.withLock { $0 = true }
    group.wait()
    return failures.withLock { $0 }
  }
}
