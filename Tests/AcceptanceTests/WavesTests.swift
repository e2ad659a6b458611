import Foundation
import Postgres
import Processes
import TestSupport
import Testing

@Suite("The restart of HR-S&I, as docs/waves.md has it", .serialized)
struct WavesTests {
  /// What `waves --json` ends with.
  private struct Waves: Decodable {
    struct Wave: Decodable {
      let name: String
      let state: String
    }
    let together: Bool
    let finished: Bool
    let waves: [Wave]
  }

  private static let first = #"["fsc_rlie_job", "rlies1_job"]"#
  private static let second = #"["fsc_rlie_job", "rlies1_job", "sws_wds_job", "rlies1s2_job"]"#
  private static let third =
    #"["fsc_rlie_job", "rlies1_job", "sws_wds_job", "rlies1s2_job", "gfsc_job"]"#

  private static func runbook() throws -> String {
    try Cosims.example("waves.md", from: "parameters: cosims.system_parameters")
      .replacing("poll: 1m", with: "poll: 20ms")
  }

  /// A time some hours ago, as `--since` takes it.
  private static func ago(hours: Double) -> String {
    Date(timeIntervalSinceNow: -hours * 3600).formatted(.iso8601)
  }

  private static func list(_ connection: Connection) throws -> String? {
    try connection.execute("SELECT job_types_list FROM cosims.system_parameters").value
  }

  private static let isUnlocked = """
    count(*) = 0 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
    WHERE locktype = 'advisory' AND datname = current_database()
    """

  /// Waits until a condition is true in the database.
  private static func wait(_ connection: Connection, until condition: String) throws {
    for _ in 0..<2000 {
      if try connection.execute("SELECT \(condition)").bool { return }
      try connection.execute("SELECT pg_sleep(0.02)")
    }
    Issue.record("it never came true: \(condition)")
  }

  @Test(
    "Three days old: requirements first, then wave by wave; killed in the second, the third is never early"
  )
  func restart() throws {
    try withDatabase(on: .v15) { source in
      guard try Cosims.load(into: source, keeping: 6000) else { return }
      let user = try Drydock(on: .v15)
      try Connection.open(source).execute(
        """
        UPDATE cosims.parent_jobs SET last_status_change_date = last_status_change_date
          + (now() - interval '3 days' - (SELECT max(last_status_change_date)
             FROM cosims.parent_jobs)) - id % 5 * interval '1 minute'
        """
      )
      try user.backup(source)
      try withDatabase(on: .v15) { target in
        try user.restore(into: target)
        let words =
          ["--database", target.argument] + (try Cosims.configuration(Self.runbook(), for: user))
        let connection = try Connection.open(target)
        try Producers.prepare(connection)
        try connection.execute(
          "UPDATE cosims.system_parameters SET job_types_list = '[]', rlies1s2_min_search_window_days = 2"
        )
        let since = ["--since", Self.ago(hours: 72)]
        try requirements(user, words, since, connection)
        let producers = try Producers(in: target)
        try killedInSecondWave(user, words, since, connection)
        try goesOn(user, words, connection)
        #expect(producers.stop() == [])
        try short(user, words, connection)
      }
    }
  }

  private func requirements(
    _ user: Drydock,
    _ words: [String],
    _ since: [String],
    _ connection: Connection
  ) throws {
    let dry = try user.run(["waves", "--dry-run"] + words + since).require(3)
    #expect(dry.output.contains("wave by wave") && dry.output.contains("3 d 0 h"), "\(dry)")
    let refused = try user.run(["waves"] + words + since).require(3)
    for name in ["the minimal search window", "the start of the daily GFSC jobs"] {
      #expect(refused.errors.contains("not met: \(name)"), "\(refused)")
    }
    #expect(!refused.errors.contains("maximal"), "\(refused)")
    #expect(refused.missingOfError == [])
    #expect(try Self.list(connection) == "[]")
    // What a day's downtime does not ask for.
    let day = try user.run(["waves", "--dry-run"] + words + ["--since", Self.ago(hours: 30)])
    #expect(try day.require(0).output.contains("not asked at this downtime"), "\(day)")
    try user.run(
      [
        "parameters", "set", "rlies1s2_min_search_window_days=4",
        "gfsc_daily_jobs_creation_start_date=2026-01-31",
      ] + words
    ).require(0)
    try user.run(["waves", "--dry-run"] + words + since).require(0)
    #expect(try Self.list(connection) == "[]")
  }

  private func killedInSecondWave(
    _ user: Drydock,
    _ words: [String],
    _ since: [String],
    _ connection: Connection
  ) throws {
    let child = try user.invocation(["waves"] + words + since).start()
    try Self.wait(connection, until: "to_regclass('drydock.wave_steps') IS NOT NULL")
    try Self.wait(connection, until: "count(*) = 2 FROM drydock.wave_steps")
    let busy = try user.run(["waves"] + words).require(6)
    #expect(busy.errors.contains("held by: session"), "\(busy)")
    child.signal(.kill)
    #expect(try child.wait(timeLimit: .seconds(15)) == .signalled(9))
    #expect(try Self.list(connection) == Self.second)
    // The server lets go of the lock as soon as it sees that the session is gone.
    try Self.wait(connection, until: Self.isUnlocked)
    let waiting = try user.run(["waves", "--dry-run", "--json"] + words).require(0)
    let states = try waiting.result(Waves.self).waves.map(\.state)
    #expect(states == ["caught up", "started", "waiting"])
  }

  private func goesOn(_ user: Drydock, _ words: [String], _ connection: Connection) throws {
    try connection.execute("UPDATE gate SET is_open = true")
    let ended = try user.run(["waves", "--json"] + words).require(0)
    let waves = try ended.result(Waves.self)
    #expect(waves.finished && !waves.together)
    #expect(waves.waves.map(\.state) == Array(repeating: "caught up", count: 3))
    #expect(try Self.list(connection) == Self.third)
    let lists = try connection.execute(
      "SELECT job_types_list FROM cosims.system_parameters_history ORDER BY history_id DESC LIMIT 3"
    ).map { $0[0] }
    #expect(lists == [Self.third, Self.second, Self.first])
    // Done stays done: no wave is started twice.
    let count = "SELECT count(*) FROM cosims.system_parameters_history"
    let before = try connection.execute(count).int
    let again = try user.run(["waves", "--since", Self.ago(hours: 71)] + words)
    #expect(again.code == 0, "other data begin anew: \(again)")
    #expect(try connection.execute(count).int == before.map { $0 + 3 })
    try user.run(["waves"] + words).require(0)
  }

  private func short(_ user: Drydock, _ words: [String], _ connection: Connection) throws {
    // Nobody produces any more, so a wave that was waited for would never end.
    try connection.execute(
      """
      DROP TRIGGER refuse_early ON cosims.system_parameters;
      UPDATE cosims.parent_jobs SET last_status_change_date = '2020-01-01';
      UPDATE cosims.system_parameters SET job_types_list = '[]'
      """
    )
    let run = try user.run(["waves", "--json", "--again"] + words).require(0)
    let waves = try run.result(Waves.self)
    #expect(waves.together && waves.finished)
    #expect(waves.waves.map(\.state) == Array(repeating: "started", count: 3))
    #expect(try Self.list(connection) == Self.third)
  }

  @Test("A program that is killed with the run starts its wave once, after a person has looked")
  func unknownStart() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      let trace = "\(user.directory)/trace"
      let runbook = """
        runbook:
          waves:
            - name: kills
              run: [/bin/sh, -c, "echo \\"$DRYDOCK_WAVE\\" >> \(trace); env >> \(trace).env; kill -9 $PPID"]
            - name: after it
              run: [/bin/sh, -c, "echo \\"$DRYDOCK_WAVE\\" >> \(trace)"]
            - name: fails
              run: [/bin/false]
        """
      let words =
        ["--database", database.argument] + (try Cosims.configuration(runbook, for: user))
      let killed = try user.run(["waves", "--since", "2026-01-01T00:00Z"] + words)
      #expect(killed.ending == .signalled(9), "\(killed)")
      let asked = try user.run(["waves"] + words).require(8)
      #expect(asked.errors.contains("nobody knows whether 'kills' was started"), "\(asked)")
      let failed = try user.run(["waves", "--assume", "started"] + words).require(8)
      #expect(failed.errors.contains("'fails' was not started"), "\(failed)")
      try user.run(["waves"] + words).require(8)
      #expect(try String(contentsOfFile: trace, encoding: .utf8) == "kills\nafter it\n")
      let environment = try String(contentsOfFile: "\(trace).env", encoding: .utf8)
      #expect(!environment.contains("PASSPHRASE") && !environment.contains(user.passphrase))
      #expect(environment.contains("DRYDOCK_DATA_TIME=2026-01-01T00:00:00Z"))
    }
  }

  @Test("A run that is killed anywhere goes on, and starts each wave once and in order")
  func killedAnywhere() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      let runbook = """
        runbook:
          waves:
            - {name: one, sql: INSERT INTO started (wave) VALUES (1), until: SELECT true}
            - {name: two, sql: INSERT INTO started (wave) VALUES (2), until: SELECT true}
            - {name: three, sql: INSERT INTO started (wave) VALUES (3)}
        """
      let words =
        ["waves", "--database", database.argument]
        + (try Cosims.configuration(runbook, for: user))
      let since = ["--since", "2026-01-01T00:00Z"]
      let connection = try Connection.open(database)
      try connection.execute("CREATE TABLE started (at bigserial, wave int)")
      let log = "\(user.directory)/points"
      try user.run(words + since, ["DRYDOCK_FAULT_LOG": log]).require(0)
      let points = try FaultPoints(log: log, sample: 10, "killed waves")
      var kills = 0
      for point in points.chosen {
        try connection.execute("DROP SCHEMA drydock CASCADE; TRUNCATE started")
        let killed = try user.run(words + since, ["DRYDOCK_FAULT_POINT": "\(point)"])
        if killed.ending == .signalled(9) { kills += 1 }
        try Self.wait(connection, until: Self.isUnlocked)
        try user.run(words + since).require(0)
        let found = try connection.execute("SELECT wave FROM started ORDER BY at").map { $0[0] }
        #expect(found == ["1", "2", "3"], "\(points.all[point - 1])")
      }
      #expect(kills > points.chosen.count / 2)
    }
  }

  /// What a plan ends with.
  private struct Plan: Decodable { let token: String }

  @Test("How old the data are is known from a restore, whole or of a schema, and not from a table")
  func origins() throws {
    try withDatabase(on: .v15) { source in
      try Connection.open(source).execute("CREATE SCHEMA shop; CREATE TABLE shop.t (i int)")
      let user = try Drydock(on: .v15)
      let first = try user.backup(source).id
      let last = try user.backup(source).id
      let runbook = try Cosims.configuration("runbook: {waves: []}", for: user)
      try withDatabase(on: .v15) { target in
        let dry = ["waves", "--dry-run", "--database", target.argument] + runbook
        #expect(try user.run(dry).require(2).errors.contains("nobody recorded"))
        try Connection.open(target).execute("CREATE SCHEMA shop")
        try user.run(["restore", first, "--into", target.argument, "--table", "shop.t"]).require(7)
        try user.run(dry).require(2)
        try Connection.open(target).execute("DROP SCHEMA shop CASCADE")
        try user.restore(first, into: target)
        #expect(try user.run(dry).require(0).output.contains("snapshot \(first)"))
        #expect(
          try user.run(dry + ["--snapshot", "latest"]).require(0).output
            .contains("snapshot \(last)")
        )
        let replace = [
          "restore", last, "--into", target.argument, "--replace", "--schema", "shop", "--json",
        ]
        let plan = try user.run(replace).require(3).result(Plan.self)
        try user.run(replace + ["--confirm", plan.token]).require(0)
        #expect(try user.run(dry).require(0).output.contains("snapshot \(last)"))
      }
    }
  }

  @Test("A runbook in a checkout is not believed")
  func checkout() throws {
    let user = try Drydock(on: .v15)
    let path = "\(user.directory)/drydock.yaml"
    try Data("runbook: {before: [{run: [/bin/true]}]}\n".utf8).write(to: URL(filePath: path))
    let run = try user.run(["waves", "--database", "dbname=nothing"]).require(2)
    #expect(run.errors.contains("'runbook' with this value is not honoured"), "\(run)")
  }
}
