import Postgres
import TestSupport
import Testing

@Suite("CoSIMS: jobs that are stuck go back, in bulk", .serialized)
struct StuckJobTests: SystemScenario {
  enum Feature: CaseIterable {
    /// Before: an `UPDATE` of the state, around the trigger that knows the authorised transitions.
    case transition
    /// Before: the list of jobs is made, and applied as it is some minutes later.
    case plan
  }

  enum Check: CaseIterable {
    case allStuckJobsAreReady
    case historyExplainsEveryState
    case droppedJobsStayDropped
  }

  static func broken(without feature: Feature) -> Set<Check> {
    switch feature {
    case .transition: [.historyExplainsEveryState, .droppedJobsStayDropped]
    case .plan: [.allStuckJobsAreReady]
    }
  }

  private static let configuration = """
    transitions:
      jobs:
        table: plant.jobs
        id: job_id
        state: status
        time: created
        names: SELECT status, status FROM plant.job_statuses
        apply: INSERT INTO plant.job_status_changes (job_id, status) VALUES ($1, $2)
        paths:
          - [failed, checked, ready]
        batch: 50

    """

  @Test(
    "All that are stuck then are ready, by transitions that are authorised, and nobody else moved",
    arguments: cases
  )
  func stuck(_ scenario: ScenarioCase<Feature>) throws { try Self.expect(scenario) }

  @Test("Each check can fail")
  func checks() { Self.expectEachCheckCanFail() }

  static func run(without feature: Feature?, on server: TestServer) throws -> Findings<Check> {
    try withDatabase(on: server) { database in
      let plant = try Plant(in: database, on: server)
      let words =
        ["transition", "jobs", "--path", "failed,checked,ready"]
        + (try plant.configured(configuration))
      let listed = try plant.value("array_agg(job_id) FROM plant.jobs WHERE status = 'failed'")
      let token = try plant.token(words)
      // A colleague finds meanwhile that nobody needs three of them.
      try plant.connection.execute(
        """
        INSERT INTO plant.job_status_changes (job_id, status)
        SELECT job_id, status FROM unnest('{10, 20, 30}'::int[]) job_id,
          unnest('{checked, dropped}'::text[]) WITH ORDINALITY s (status, step) ORDER BY job_id, step
        """
      )
      let jobs = "job_id = ANY (\(SQL.literal(listed ?? "{}")))"
      switch feature {
      case .transition:
        let update = "UPDATE plant.jobs SET status = 'ready' WHERE \(jobs);"
        try plant.user.psql(update, in: database, on: server)
      case .plan:
        let insert = ["checked", "ready"].map { status in
          """
          INSERT INTO plant.job_status_changes (job_id, status)
          SELECT job_id, '\(status)' FROM plant.jobs WHERE \(jobs);

          """
        }.joined()
        try plant.user.psql(insert, in: database, on: server)
      case nil:
        try plant.user.run(words + ["--confirm", token]).require(3)
        try plant.confirmed(words).require(0)
      }
      return try look(plant.connection)
    }
  }

  private static func look(_ connection: Connection) throws -> Findings<Check> {
    var findings = Findings<Check>()
    try findings.ask(
      .allStuckJobsAreReady,
      "count(*) = 197 FROM plant.jobs WHERE job_id % 10 = 0 AND job_id > 30 AND status = 'ready'",
      connection
    )
    try findings.ask(
      .historyExplainsEveryState,
      """
      bool_and(status = coalesce((SELECT c.status FROM plant.job_status_changes c
        WHERE c.job_id = j.job_id ORDER BY change_id DESC LIMIT 1), 'waiting'))
      AND NOT EXISTS (SELECT FROM (
        SELECT status AS after, lag(status, 1, 'waiting') OVER (PARTITION BY job_id ORDER BY change_id)
          AS before FROM plant.job_status_changes) steps
        WHERE (before, after) NOT IN (SELECT before, after FROM plant.job_status_transitions))
      FROM plant.jobs j
      """,
      connection
    )
    try findings.ask(
      .droppedJobsStayDropped,
      "count(*) = 3 FROM plant.jobs WHERE status = 'dropped'",
      connection
    )
    return findings
  }
}
