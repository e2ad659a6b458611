import Foundation
import Postgres
import TestSupport
import Testing

@Suite("CoSIMS: the work starts again by the age of the data", .serialized)
struct RestartTests: SystemScenario {
  enum Feature: CaseIterable {
    /// Before: the operator watches the backlog, and enters the next kinds when it looks small.
    case waves
    /// Before: it is remembered, or not, that the search window must be longer than the downtime.
    case requirement
    /// Before: after a short stop too somebody waits for each wave.
    case age
  }

  enum Check: CaseIterable {
    case noKindStartedEarly
    case windowCoversTheDowntime
    case everythingRunsInTheEnd
    case shortStopStartsAllAtOnce
  }

  static func broken(without feature: Feature) -> Set<Check> {
    switch feature {
    case .waves: [.noKindStartedEarly]
    case .requirement: [.windowCoversTheDowntime]
    case .age: [.shortStopStartsAllAtOnce, .everythingRunsInTheEnd]
    }
  }

  @Test(
    "After three days wave by wave, with a search window that is long enough; after an hour at once",
    arguments: cases
  )
  func restart(_ scenario: ScenarioCase<Feature>) throws { try Self.expect(scenario) }

  @Test("Each check can fail")
  func checks() { Self.expectEachCheckCanFail() }

  private static let requirement = """
      require:
        - name: the search window is longer than the downtime
          above: 1d
          query: >-
            SELECT search_window > current_setting('drydock.downtime')::interval
            FROM plant.system_parameters
          hint: drydock parameters set search_window=DAYS

    """

  private static func runbook(without feature: Feature?) -> String {
    let start = "UPDATE plant.system_parameters SET job_kinds ="
    return """
      parameters: plant.system_parameters
      runbook:
        short_downtime: \(feature == .age ? "1m" : "1d")
      \(feature == .requirement ? "" : requirement)
        waves:
          - name: fetch
            sql: \(start) '{fetch}'
            until: SELECT plant.backlog('fetch') = 0
            poll: 20ms
            limit: \(feature == .age ? "20ms" : "1m")
          - name: calibrate
            sql: \(start) '{fetch,calibrate}'
            until: SELECT plant.backlog('calibrate') = 0
            poll: 20ms
            limit: 1m
          - name: mosaic and publish
            sql: \(start) '{fetch,calibrate,mosaic,publish}'

      """
  }

  /// What the services see when the row of parameters changes: which kinds may work, whose jobs are
  /// behind then, and how far back they will search.
  private static let witness = """
    CREATE TABLE plant.starts (kinds plant.job_kind[], behind plant.job_kind[], search_window interval);
    CREATE FUNCTION plant.note_start() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO plant.starts SELECT NEW.job_kinds, array_agg(kind ORDER BY kind)
        FILTER (WHERE plant.backlog(kind) > 0), NEW.search_window
      FROM unnest('{fetch,calibrate}'::plant.job_kind[]) kind;
      RETURN NEW; END $$;
    UPDATE plant.system_parameters SET job_kinds = '{}';
    DELETE FROM plant.job_status_changes WHERE job_id IN (SELECT job_id FROM plant.jobs
      WHERE status <> 'waiting');
    DELETE FROM plant.jobs WHERE status <> 'waiting' OR job_id > 400;
    CREATE TRIGGER note_start AFTER UPDATE OF job_kinds ON plant.system_parameters
      FOR EACH ROW EXECUTE FUNCTION plant.note_start();
    """

  static func run(without feature: Feature?, on server: TestServer) throws -> Findings<Check> {
    try withDatabase(on: server) { database in
      let plant = try Plant(in: database, on: server)
      try plant.connection.execute(witness)
      var findings = Findings<Check>()
      try short(plant, without: feature, &findings)
      try long(plant, without: feature, &findings)
      return findings
    }
  }

  /// Nobody works, so a wave that is waited for would never catch up.
  private static func short(
    _ plant: Plant,
    without feature: Feature?,
    _ findings: inout Findings<Check>
  ) throws {
    let words = ["waves"] + (try plant.configured(runbook(without: feature)))
    try plant.user.run(words + ["--since", ago(hours: 1)]).require(feature == .age ? 8 : 0)
    try findings.ask(
      .shortStopStartsAllAtOnce,
      "cardinality(job_kinds) = 4 FROM plant.system_parameters",
      plant.connection
    )
    try plant.connection.execute(
      "UPDATE plant.system_parameters SET job_kinds = '{}'; TRUNCATE plant.starts"
    )
  }

  private static func long(
    _ plant: Plant,
    without feature: Feature?,
    _ findings: inout Findings<Check>
  ) throws {
    let words = ["waves"] + (try plant.configured(runbook(without: feature)))
    let since = ["--since", ago(hours: 72)]
    if ![.requirement, .age].contains(feature) {
      let refused = try plant.user.run(words + since).require(3)
      #expect(refused.errors.contains("not met: the search window"), "\(refused)")
      let set = ["parameters", "set", "search_window=4 days"] + words.dropFirst()
      try plant.user.run(set).require(0)
    }
    let workers = try Workers(of: plant)
    switch feature {
    case .waves:
      let all = "UPDATE plant.system_parameters SET job_kinds = '{fetch,calibrate,mosaic,publish}';"
      try plant.user.psql(all, in: plant.database, on: plant.server)
    case .age:
      break
    default:
      try plant.user.run(words + since).require(0)
    }
    #expect(workers.stop() == [])
    try findings.ask(
      .noKindStartedEarly,
      """
      NOT EXISTS (SELECT FROM plant.starts WHERE 'calibrate' = ANY (kinds) AND 'fetch' = ANY (behind)
        OR 'mosaic' = ANY (kinds) AND behind IS NOT NULL)
      """,
      plant.connection
    )
    try findings.ask(
      .windowCoversTheDowntime,
      "coalesce(bool_and(search_window > '3 days'), true) FROM plant.starts",
      plant.connection
    )
    try findings.ask(
      .everythingRunsInTheEnd,
      "cardinality(job_kinds) = 4 FROM plant.system_parameters",
      plant.connection
    )
  }

  /// A time some hours ago, as `--since` takes it.
  private static func ago(hours: Double) -> String {
    Date(timeIntervalSinceNow: -hours * 3600).formatted(.iso8601)
  }
}
