import Foundation
import Postgres
import TestSupport
import Testing

@Suite("States are repaired along authorised paths only")
struct TransitionTests {
  /// What a plan ends with.
  private struct Plan: Decodable {
    let rows: Int
    let ids: [String]
    let token: String
  }

  /// What a run ends with.
  private struct Outcome: Decodable {
    struct Refusal: Decodable {
      let id: String
      let reason: String
    }
    let run: Int
    let changed: Int
    let refused: [Refusal]
  }

  /// How many jobs have a history of these states at its end.
  private static func count(_ ending: String, _ connection: Connection) throws -> Int? {
    try connection.query(
      """
      SELECT count(*) FROM (
        SELECT fk_parent_job_id, string_agg(job_status::text, ' ' ORDER BY id) AS states
        FROM cosims.job_status_changes GROUP BY 1) h WHERE states LIKE '% ' || $1
      """,
      [.text(ending)]
    ).int
  }

  @Test(
    "500 jobs go from internal_error over error_checked to ready; what the trigger refuses stays, and is named"
  )
  func cosims() throws {
    let isWhole = ProcessInfo.processInfo.environment["DRYDOCK_TEST_ALL"] == "1"
    try withDatabase(on: .v15) { database in
      guard try Cosims.load(into: database, keeping: isWhole ? nil : 1500) else { return }
      let connection = try Connection.open(database)
      // The last two were only told to be in error: their history says 'started'.
      try connection.execute(
        """
        INSERT INTO cosims.job_status_changes (fk_parent_job_id, job_status)
          SELECT id, 13 FROM cosims.parent_jobs WHERE id <= 503;
        UPDATE cosims.parent_jobs SET last_status_id = 13 WHERE id IN (601, 602)
        """
      )
      let user = try Drydock(on: .v15)
      let configuration = try Cosims.example("transitions.md", from: "transitions:")
        .replacing("pause: 1s", with: "pause: 1ms")
        .replacing("paths:", with: "paths:\n      - [internal_error, ready]")
      let words =
        ["transition", "jobs", "--json", "--database", database.argument]
        + (try Cosims.configuration(configuration, for: user))
      try unauthorised(user, words, connection)
      try bulk(user, words, connection)
      try guarded(user, words, connection)
    }
  }

  /// Configuration may allow more than the database does; the database decides.
  private func unauthorised(
    _ user: Drydock,
    _ words: [String],
    _ connection: Connection
  ) throws {
    let path = ["--path", "internal_error,ready", "--where", "id IN (1, 2, 3)"]
    let plan = try user.run(words + path).require(3).result(Plan.self)
    #expect(plan.ids == ["1", "2", "3"])
    let run = try user.run(words + path + ["--confirm", plan.token]).require(3)
    let outcome = try run.result(Outcome.self)
    #expect(outcome.changed == 0 && outcome.refused.map(\.id) == ["1", "2", "3"])
    #expect(
      outcome.refused.allSatisfy { $0.reason.contains("invalid job status transition 13 to 3") }
    )
    #expect(try Self.count("13", connection) == 503)
  }

  private func bulk(_ user: Drydock, _ words: [String], _ connection: Connection) throws {
    let path = ["--path", "internal_error,error_checked,ready", "--where", "id NOT IN (1, 2, 3)"]
    let plan = try user.run(words + path).require(3).result(Plan.self)
    #expect(plan.rows == 502 && plan.ids.first == "4" && plan.ids.last == "602")
    #expect(try Self.count("13", connection) == 503)
    let outcome = try user.run(words + path + ["--confirm", plan.token], timeLimit: .seconds(600))
      .require(7).result(Outcome.self)
    #expect(outcome.changed == 500)
    #expect(outcome.refused.map(\.id) == ["601", "602"])
    let reason = "invalid job status transition 5 to 15"
    #expect(outcome.refused.allSatisfy { $0.reason.contains(reason) })
    #expect(try Self.count("13 15 3", connection) == 500)
    let ready = try connection.execute(
      "SELECT count(*) FROM cosims.parent_jobs WHERE id BETWEEN 4 AND 503 AND last_status_id = 3"
    )
    #expect(ready.int == 500)
    let record = try connection.query(
      """
      SELECT outcome || ' ' || count(*) FROM drydock.transition_rows WHERE run = $1
      GROUP BY outcome ORDER BY 1
      """,
      [Parameter(outcome.run)]
    )
    #expect(record.map { $0[0] } == ["done 500", "refused 2"])
  }

  private func guarded(_ user: Drydock, _ words: [String], _ connection: Connection) throws {
    let path = ["--path", "internal_error,error_checked,ready"]
    let plan = try user.run(words + path + ["--id", "1"]).require(3).result(Plan.self)
    let other = try user.run(words + path + ["--id", "2", "--confirm", plan.token]).require(3)
    #expect(other.errors.contains("transition.other-plan"), "\(other)")
    let unknown = try user.run(words + ["--path", "internal_error,done"]).require(3)
    #expect(unknown.errors.contains("transition.path"), "\(unknown)")
    for condition in [
      "true); DELETE FROM gone; SELECT (1", "nextval('cosims.parent_jobs_id_seq') > 0",
    ] {
      let run = try user.run(words + path + ["--where", condition])
      #expect(run.code == 1, "\(run)")
    }
    // Around the trigger nothing goes: a state that did not come is no success.
    try connection.execute(
      "ALTER TABLE cosims.job_status_changes DISABLE TRIGGER check_status_change"
    )
    let run = try user.run(words + path + ["--id", "1", "--confirm", plan.token]).require(3)
    let outcome = try run.result(Outcome.self)
    #expect(outcome.refused.map(\.reason) == ["after the statement its state is 13, not 15"])
    #expect(try Self.count("13", connection) == 3)
  }

  @Test("A JSON merge patch changes what it names, keeps every digit, and remembers what was")
  func patch() throws {
    try withDatabase(on: .v15) { database in
      let connection = try Connection.open(database)
      try connection.execute(
        #"""
        CREATE TABLE tasks (id int PRIMARY KEY, info json, CHECK (info->>'kind' <> 'bad'));
        INSERT INTO tasks VALUES (2, '{"kind": "a", "n": 1.10, "gone": 1, "in": {"x": 1, "y": 2}}'),
          (10, NULL), (30, '{"in": [1]}')
        """#
      )
      let user = try Drydock(on: .v15)
      let configuration = "transitions: {tasks: {table: tasks, id: id, content: info}}"
      let words =
        ["transition", "--json", "--database", database.argument]
        + (try Cosims.configuration(configuration, for: user))
      let patch = [
        "--patch", #"{"gone": null, "in": {"y": 3.140, "a\"b": {"c": null}}, "m": [1]}"#,
      ]
      let plan = try user.run(words + patch).require(3).result(Plan.self)
      #expect(plan.ids == ["2", "10", "30"])
      try user.run(words + patch + ["--confirm", plan.token]).require(0)
      let expected = [
        #"{"m": [1], "n": 1.10, "in": {"x": 1, "y": 3.140, "a\"b": {}}, "kind": "a"}"#,
        #"{"m": [1], "in": {"y": 3.140, "a\"b": {}}}"#,
        #"{"m": [1], "in": {"y": 3.140, "a\"b": {}}}"#,
      ]
      let found = try connection.execute("SELECT info::text FROM tasks ORDER BY id")
      #expect(found.map { $0[0] } == expected)
      let was = try connection.execute("SELECT was FROM drydock.transition_rows WHERE id = '2'")
      #expect(was.value?.contains(#""n": 1.10, "gone": 1"#) == true)
      let bad = ["--patch", #"{"kind": "bad"}"#, "--id", "2"]
      let next = try user.run(words + bad).require(3).result(Plan.self)
      let refused = try user.run(words + bad + ["--confirm", next.token]).require(3)
      #expect(try refused.result(Outcome.self).refused.first?.reason.contains("23514") == true)
    }
  }
}
