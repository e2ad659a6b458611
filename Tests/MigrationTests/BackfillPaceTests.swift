import Migration
import Postgres
import Problems
import TestSupport
import Testing

@testable import struct Migration.BatchSize
@testable import struct Migration.Throttle

@Suite("A backfill holds nobody up, and comes to an end")
struct BackfillPaceTests {
  @Test("A batch is sized by time: at most twice the last one, at once smaller when it was slow")
  func size() {
    var size = BatchSize(target: .seconds(1))
    #expect(size.rows == 100)
    size.note(100, seconds: 0.001, hindered: false)
    #expect(size.rows == 200)
    size.note(200, seconds: 0.15, hindered: false)
    #expect(size.rows == 400)
    size.note(400, seconds: 4, hindered: false)
    #expect(size.rows == 100)
    // The end of a pass says nothing about a full batch.
    size.note(3, seconds: 0.001, hindered: false)
    #expect(size.rows == 200)
    size.note(200, seconds: 0.2, hindered: true)
    #expect(size.rows == 100)
    size.halve(from: 100)
    #expect(size.rows == 50)
    for _ in 1...30 { size.note(size.rows, seconds: 0, hindered: false) }
    #expect(size.rows == BatchSize.largest)
    for rows in [100, 1, 1] {
      size.note(size.rows, seconds: 1_000, hindered: true)
      #expect(size.rows == rows)
    }
  }

  @Test("A standby is as far behind as the oldest of this run's batches that it has not replayed")
  func lag() {
    let now = ContinuousClock.now
    let marks = [
      Throttle.Mark(location: 100, instant: now - .seconds(30)),
      Throttle.Mark(location: 200, instant: now - .seconds(20)),
      Throttle.Mark(location: 300, instant: now - .seconds(1)),
    ]
    func slowest(_ locations: [Int?]) -> String? {
      let standbys = locations.enumerated().map {
        Throttle.Standby(name: "s\($0.offset)", location: $0.element)
      }
      return Throttle.slowest(standbys, marks, now: now).map { "\($0.name) \($0.lag)" }
    }
    #expect(slowest([300]) == nil)
    #expect(slowest([nil]) == nil)
    #expect(slowest([]) == nil)
    #expect(slowest([250, 150]) == "s1 20.0 seconds")
    #expect(slowest([99, 150]) == "s0 30.0 seconds")
    let standbys = [250, 150].map { Throttle.Standby(name: "", location: $0) }
    #expect(Throttle.open(marks, standbys).map(\.location) == [200, 300])
    #expect(Throttle.open(marks, []).isEmpty)
  }

  @Test("Rows that are written behind it meanwhile are found by the next pass")
  func writtenBehind() throws {
    try withBackfill(.v15, 500) { backfill in
      let writer = Writer(backfill.runner.eye, times: 1)
      let outcome = try backfill.runner.migrate(BackfillFixture.files, observer: writer).first
      #expect(outcome?.isComplete == true)
      #expect(try backfill.rows() == "501 done, 0 left, 0 twice")
    }
  }

  @Test("Somebody who writes such rows for ever is told of, not chased for ever")
  func writtenForEver() throws {
    try withBackfill(.v15, 5) { backfill in
      let writer = Writer(backfill.runner.eye, times: .max)
      let problem = try backfill.runner.problem(BackfillFixture.files, observer: writer)
      #expect(problem.code == "backfill.still-written")
      #expect(problem.kind == .partial)
      #expect(try backfill.runner.migrate(BackfillFixture.files).first?.isComplete == true)
      #expect(try backfill.runner.value("SELECT max(times) FROM item") == "1")
    }
  }

  @Test(
    "It stops when its time is over, and goes on after the last batch",
    arguments: TestServer.allCases
  )
  func timeLimit(_ server: TestServer) throws {
    try withBackfill(server, 1_000) { backfill in
      var fixture = backfill.runner
      fixture.runner.options.backfill.timeLimit = .zero
      let first = try fixture.migrate(BackfillFixture.files).first
      #expect(first?.isComplete == false)
      #expect(first?.backfill?.rows == 0)
      #expect(try backfill.runner.ledger() == "1:applied*")
      try backfill.runner.migrate(BackfillFixture.files)
      #expect(try backfill.rows() == "1000 done, 0 left, 0 twice")
      #expect(try backfill.runner.ledger() == "1:applied")
    }
  }

  @Test("Criteria and exclusions choose among the rows; the rest stays left")
  func criteria() throws {
    try withBackfill(.v15, 100) { backfill in
      let folder = try PatchFolder(BackfillFixture.files)
      let directory = try folder.read()
      let version = directory.patches[0].version
      let some = try directory.narrowed(version, where: "id % 2 = 0", except: "id > 50 -- later")
      let outcome = try backfill.runner.runner.migrate(some).first
      #expect(outcome?.isComplete == false)
      #expect(outcome?.backfill?.rows == 25)
      #expect(try backfill.rows() == "25 done, 75 left, 0 twice")
      #expect(try backfill.runner.ledger() == "1:applied*")
      #expect(try backfill.runner.runner.migrate(directory).first?.isComplete == true)
      #expect(try backfill.rows() == "100 done, 0 left, 0 twice")
      #expect(throws: Problem.self) {
        try directory.narrowed(version, where: "a) OR (b", except: nil)
      }
    }
  }

  @Test("A migrator who may write to an older ledger may write to the new tables")
  func upgrade() throws {
    try withDatabase(on: .v15) { settings in
      let fixture = try RunnerFixture(settings)
      let role = "drydock_migrator_\(Int.random(in: 1...1_000_000_000))"
      try fixture.runner.prepareLedger()
      try fixture.eye.execute(
        """
        DROP TABLE drydock.batches, drydock.dead_letters;
        DELETE FROM drydock.schema_versions WHERE version = 3;
        CREATE ROLE \(role); GRANT INSERT ON drydock.events TO \(role)
        """
      )
      defer { _ = try? fixture.eye.execute("DROP OWNED BY \(role); DROP ROLE \(role)") }
      try fixture.runner.prepareLedger()
      #expect(
        try fixture.value(
          """
          SELECT has_table_privilege('\(role)', 'drydock.batches', 'SELECT, INSERT')
            AND has_table_privilege('\(role)', 'drydock.dead_letters', 'INSERT')
            AND has_column_privilege('\(role)', 'drydock.dead_letters', 'resolved', 'UPDATE')
            AND NOT has_column_privilege('\(role)', 'drydock.dead_letters', 'key', 'UPDATE')
          """
        ) == "t"
      )
    }
  }
}

/// Writes a row with a lower key than any other after each batch, as an old application might.
private final class Writer: RunObserver {
  private let connection: Connection
  private var times: Int
  private var id = 0

  init(_ connection: Connection, times: Int) {
    self.connection = connection
    self.times = times
  }

  func didRun(
    _ statement: Statement,
    _ outcome: StatementOutcome,
    on _: Connection
  ) throws {
    guard times > 0 else { return }
    times -= 1
    id -= 1
    try connection.execute("INSERT INTO item (id, number) VALUES (\(id), 1)")
  }
}
