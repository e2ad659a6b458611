import Foundation
import Postgres
import Problems
import TestSupport
import Testing

@testable import Operations

@Suite("Waves by a virtual clock")
struct WaveRunTests {
  /// A runbook of two waves that write down that they started; the second has caught up never.
  private static var runbook: Runbook {
    var runbook = Runbook()
    runbook.waves = [
      .init(name: "one", start: .sql("INSERT INTO started VALUES (1)"), until: "SELECT true"),
      .init(
        name: "two",
        start: .sql("INSERT INTO started VALUES (2)"),
        until: "SELECT count(*) > 0 FROM caught_up",
        poll: .milliseconds(1),
        limit: .milliseconds(20)
      ),
    ]
    runbook.after = [
      .sql(
        "INSERT INTO started SELECT extract(epoch FROM current_setting('drydock.downtime')::interval)"
      )
    ]
    return runbook
  }

  private static let restored = Date(timeIntervalSince1970: 1_800_000_000)

  private func options(daysLater days: Double) -> WaveRun.Options {
    var options = WaveRun.Options()
    options.recorded = DataOrigin(dataTime: Self.restored, at: .distantPast, text: "a snapshot")
    options.now = { Self.restored.addingTimeInterval(days * 86_400) }
    return options
  }

  private func prepare(_ database: ConnectionSettings) throws -> Connection {
    let connection = try Connection.open(database)
    try connection.execute("CREATE TABLE started (i int); CREATE TABLE caught_up (i int)")
    return connection
  }

  private func started(_ connection: Connection) throws -> [String?] {
    try connection.execute("SELECT i FROM started ORDER BY i").map { $0[0] }
  }

  @Test("A day is short: all start together, and nobody waits", arguments: TestServer.allCases)
  func together(server: TestServer) async throws {
    try await withDatabase(on: server) { database in
      let connection = try prepare(database)
      let plan = try await WaveRun(Self.runbook, in: database, options: options(daysLater: 1)).run()
      #expect(plan.isTogether && plan.isFinished)
      #expect(try started(connection) == ["1", "2", "86400"])
    }
  }

  @Test(
    "More than a day goes wave by wave, and one that is late stops there",
    arguments: TestServer.allCases
  )
  func byWaves(server: TestServer) async throws {
    try await withDatabase(on: server) { database in
      let connection = try prepare(database)
      let run = WaveRun(Self.runbook, in: database, options: options(daysLater: 1.01))
      for _ in 0..<2 {
        let late = await #expect(throws: Problem.self) { try await run.run() }
        #expect(late?.code == "waves.not-caught-up" && late?.kind == .partial)
        #expect(try started(connection) == ["1", "2"])
      }
      try connection.execute("INSERT INTO caught_up VALUES (1)")
      // However long the interruption was: the downtime is the one that the run began with.
      let later = WaveRun(Self.runbook, in: database, options: options(daysLater: 30))
      #expect(try await later.run().isFinished)
      #expect(try started(connection) == ["1", "2", "87264"])
      #expect(try await later.run().isFinished)
      #expect(try started(connection).count == 3)
    }
  }

  @Test("No wave starts while the one before has not caught up, whoever asks for it")
  func early() async throws {
    try await withDatabase(on: .v15) { database in
      let connection = try prepare(database)
      let run = WaveRun(Self.runbook, in: database, options: options(daysLater: 2))
      await #expect(throws: Problem.self) { try await run.run() }
      let identity = try DatabaseIdentity.read(connection)
      let record = try #require(
        try WaveBook(connection: connection, identity: identity).last(after: nil)
      )
      let started = WaveRun.Started(identity: identity, record: record, plan: try await run.plan())
      let session = try await Session.open(database)
      let third = WavePass(run: run, session: session, started: started, place: 2)
      let error = await #expect(throws: Problem.self) { try await third.pass() }
      #expect(error?.code == "waves.early")
      #expect(try self.started(connection) == ["1", "2"])
      // Nor does a wave start that somebody else has started in between.
      let again = WavePass(run: run, session: session, started: started, place: 1)
      let book = WaveBook(connection: connection, identity: identity)
      #expect(throws: PostgresError.self) { try book.note(1, of: record.run, isStarted: true) }
      await #expect(throws: Problem.self) { try await again.pass() }
      #expect(try self.started(connection) == ["1", "2"])
      await session.close()
    }
  }

  @Test("A start that fails leaves no trace, and the next call tries it again")
  func failing() async throws {
    try await withDatabase(on: .v15) { database in
      let connection = try prepare(database)
      try connection.execute("ALTER TABLE started ADD CHECK (i <> 1)")
      let run = WaveRun(Self.runbook, in: database, options: options(daysLater: 1))
      await #expect(throws: Problem.self) { try await run.run() }
      #expect(try connection.execute("SELECT count(*) FROM drydock.wave_steps").int == 0)
      try connection.execute("ALTER TABLE started DROP CONSTRAINT started_i_check")
      #expect(try await run.run().isFinished)
      #expect(try started(connection) == ["1", "2", "86400"])
    }
  }

  @Test("A requirement without a limit counts even where the clock is behind the data's time")
  func always() async throws {
    try await withDatabase(on: .v15) { database in
      let connection = try prepare(database)
      var runbook = Self.runbook
      runbook.requirements = [.init(name: "prepared", query: "SELECT false")]
      let run = WaveRun(runbook, in: database, options: options(daysLater: -0.001))
      let error = await #expect(throws: Problem.self) { try await run.run() }
      #expect(error?.code == "waves.requirement" && error?.kind == .refused)
      #expect(try started(connection) == [])
    }
  }

  @Test("A row that a snapshot brought from another database does not count")
  func otherDatabase() async throws {
    try await withDatabase(on: .v15) { database in
      let connection = try prepare(database)
      let run = WaveRun(Self.runbook, in: database, options: options(daysLater: 1))
      _ = try await run.run()
      try connection.execute(
        "UPDATE drydock.wave_runs SET database_oid = 1; TRUNCATE started"
      )
      _ = try await run.run()
      #expect(try started(connection) == ["1", "2", "86400"])
    }
  }

  @Test("An edited runbook, an answer that is no truth, a second statement: refused by name")
  func refused() async throws {
    try await withDatabase(on: .v15) { database in
      let connection = try prepare(database)
      let first = WaveRun(Self.runbook, in: database, options: options(daysLater: 2))
      await #expect(throws: Problem.self) { try await first.run() }
      var runbook = Self.runbook
      runbook.waves[1].name = "another"
      let edited = WaveRun(runbook, in: database, options: options(daysLater: 2))
      let other = await #expect(throws: Problem.self) { try await edited.run() }
      #expect(other?.code == "waves.other-runbook")
      runbook = Self.runbook
      runbook.waves[1].until = "SELECT 'soon'"
      let vague = WaveRun(runbook, in: database, options: options(daysLater: 2))
      let truth = await #expect(throws: Problem.self) { try await vague.run() }
      #expect(truth?.code == "runbook.no-truth")
      // It could end the transaction that records it.
      runbook.waves[0].start = .sql("INSERT INTO started VALUES (7); COMMIT")
      var again = options(daysLater: 2)
      again.isAgain = true
      let two = WaveRun(runbook, in: database, options: again)
      await #expect(throws: Problem.self) { try await two.run() }
      #expect(try started(connection) == ["1", "2"])
    }
  }

  /// Options of a host whose clock is some minutes beside the server's, after a restore of this name.
  private func options(
    minutesAhead minutes: Double,
    _ restore: String,
    _ connection: Connection
  ) throws -> WaveRun.Options {
    let now = try #require(
      try connection.execute("SELECT extract(epoch FROM clock_timestamp())").value.flatMap(
        Double.init
      )
    )
    var options = WaveRun.Options()
    options.recorded = DataOrigin(
      dataTime: Self.restored,
      at: Date(timeIntervalSince1970: now + minutes * 60),
      restore: restore,
      text: "a snapshot"
    )
    options.now = { Self.restored.addingTimeInterval(2 * 86_400) }
    return options
  }

  @Test(
    "No wave starts twice and no restore is passed over, however the clocks of host and server differ",
    arguments: [2, -2]
  )
  func clocks(minutes: Double) async throws {
    try await withDatabase(on: .v15) { database in
      let connection = try prepare(database)
      func run(_ restore: String) throws -> WaveRun {
        let options = try options(minutesAhead: minutes, restore, connection)
        return WaveRun(Self.runbook, in: database, options: options)
      }
      let first = try run("first")
      await #expect(throws: Problem.self) { try await first.run() }
      await #expect(throws: Problem.self) { try await first.run() }
      #expect(try started(connection) == ["1", "2"])
      try connection.execute("INSERT INTO caught_up VALUES (1)")
      #expect(try await first.run().isFinished)
      #expect(try await first.run().isFinished)
      #expect(try started(connection) == ["1", "2", "172800"])
      // Another restore at the same time of both clocks; then the first one's data come back.
      #expect(try await run("second").run().isFinished)
      #expect(try started(connection).count == 6)
      #expect(try await run("first").run().isFinished)
      #expect(try started(connection).count == 6)
    }
  }

  @Test("A table of an earlier version, which a snapshot may bring, is read, and gets its column")
  func earlierTable() async throws {
    try await withDatabase(on: .v15) { database in
      let connection = try prepare(database)
      let run = WaveRun(Self.runbook, in: database, options: options(daysLater: 1))
      #expect(try await run.run().isFinished)
      try connection.execute("ALTER TABLE drydock.wave_runs DROP COLUMN restore")
      let later = try options(minutesAhead: 2, "later", connection)
      #expect(try await run.plan().isFinished)
      let second = WaveRun(Self.runbook, in: database, options: later)
      #expect(try await !second.plan().isFinished)
      try connection.execute("INSERT INTO caught_up VALUES (1)")
      #expect(try await second.run().isFinished)
      #expect(
        try connection.execute("SELECT restore FROM drydock.wave_runs WHERE run = 2").value
          == "later"
      )
    }
  }
}
