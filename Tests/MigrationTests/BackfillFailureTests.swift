import Migration
import Postgres
import Problems
import TestSupport
import Testing

@testable import struct Migration.BatchFailure

@Suite("Rows that a backfill cannot do are found, one by one, and never lost")
struct BackfillFailureTests {
  private static let files = BackfillFixture.files

  @Test(
    "Failing rows end alone as dead letters; all others are done, and what follows waits",
    arguments: TestServer.allCases
  )
  func deadLetters(_ server: TestServer) throws {
    try withBackfill(server, 1_000, zeros: [1, 500, 501, 1000]) { backfill in
      let files = Self.files.merging(["2_next.sql": "CREATE TABLE next (a int);"]) { a, _ in a }
      let problem = try backfill.runner.problem(files)
      #expect(problem.code == "backfill.dead-letters")
      #expect(problem.kind == .partial)
      #expect(try backfill.rows() == "996 done, 4 left, 0 twice")
      #expect(try backfill.letters() == "1 22012 x1; 500 22012 x1; 501 22012 x1; 1000 22012 x1")
      #expect(try backfill.runner.ledger() == "1:applied*")
      #expect(try !backfill.runner.exists("next"))

      // Again: no row is done twice, and the dead are not tried by themselves.
      #expect(try backfill.runner.problem(files).code == "backfill.dead-letters")
      #expect(try backfill.letters() == "1 22012 x1; 500 22012 x1; 501 22012 x1; 1000 22012 x1")

      try backfill.runner.eye.execute("UPDATE item SET number = 7 WHERE number = 0")
      #expect(try backfill.replay().isComplete)
      #expect(try backfill.rows() == "1000 done, 0 left, 0 twice")
      #expect(try backfill.letters() == "")
      #expect(try backfill.runner.ledger() == "1:applied")
      try backfill.runner.migrate(files)
      #expect(try backfill.runner.exists("next"))
    }
  }

  @Test("Errors are grouped by their words, with counts, an example and a limit")
  func groups() throws {
    try withBackfill(.v15, 200, zeros: [10, 20, 30]) { backfill in
      try backfill.runner.eye.execute(
        """
        CREATE FUNCTION check_item() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF NEW.id IN (40, 50) THEN RAISE EXCEPTION 'no item forty or fifty'; END IF;
          IF NEW.id = 60 THEN RAISE EXCEPTION 'sixty'; END IF;
          RETURN NEW;
        END $$;
        CREATE TRIGGER check_item BEFORE UPDATE ON item FOR EACH ROW EXECUTE FUNCTION check_item()
        """
      )
      _ = try backfill.runner.problem(Self.files)
      let status = try backfill.status(limit: 2)
      #expect(status.dead == 6)
      #expect(status.texts == 3)
      #expect(status.totals.rows == 194)
      #expect(status.left != nil)
      #expect(
        status.failures == [
          .init(sqlState: "22012", message: "division by zero", count: 3, example: ["10"]),
          .init(sqlState: "P0001", message: "no item forty or fifty", count: 2, example: ["40"]),
        ]
      )
      // Only those with the words: two are tried, and fail again.
      #expect(try !backfill.replay(withText: "no item forty or fifty").isComplete)
      #expect(try backfill.letters()?.contains("40 P0001 x2; 50 P0001 x2; 60 P0001 x1") == true)
    }
  }

  @Test("A part in which rows failed is no success, as the whole is none")
  func part() throws {
    try withBackfill(.v15, 100, zeros: [10, 60]) { backfill in
      let folder = try PatchFolder(Self.files)
      let directory = try folder.read()
      let version = directory.patches[0].version
      let some = try directory.narrowed(version, where: "id <= 50", except: nil)
      let problem = #expect(throws: Problem.self) { try backfill.runner.runner.migrate(some) }
      #expect(problem?.kind == .partial)
      #expect(problem?.code == "backfill.dead-letters")
      #expect(
        problem?.summary
          == "backfill 1_fill has gone as far as was asked; rows that failed alone: 1"
      )
      #expect(problem?.hint?.contains("drydock backfill run 1") == true)
      #expect(try backfill.rows() == "49 done, 51 left, 0 twice")
      #expect(try backfill.letters() == "10 22012 x1")

      try backfill.runner.eye.execute("UPDATE item SET number = 7 WHERE id = 10")
      #expect(try !backfill.replay().isComplete)
      let rest = try directory.narrowed(version, where: "id <= 55", except: nil)
      #expect(try backfill.runner.runner.migrate(rest).first?.isComplete == false)
      #expect(try backfill.rows() == "55 done, 45 left, 0 twice")
    }
  }

  @Test("As many as the patch allows hold nothing up")
  func tolerated() throws {
    try withBackfill(.v15, 50, zeros: [3, 4]) { backfill in
      let file = "-- drydock: dead-letters 2\n" + BackfillFixture.head + BackfillFixture.statement
      let outcomes = try backfill.runner.migrate(["1_fill.backfill.sql": file])
      #expect(outcomes.first?.isComplete == true)
      #expect(try backfill.runner.ledger() == "1:applied")
      #expect(try backfill.letters() == "3 22012 x1; 4 22012 x1")
      // The patch counts as applied; its letters can still be tried again.
      try backfill.runner.eye.execute(
        "UPDATE item SET number = 1 WHERE id = 3; DELETE FROM item WHERE id = 4"
      )
      #expect(try backfill.replay(["1_fill.backfill.sql": file]).isComplete)
      #expect(try backfill.rows() == "49 done, 0 left, 0 twice")
    }
  }

  @Test("A statement that its own predicate does not see changes nothing: it would run twice")
  func blindPredicate() throws {
    try withBackfill(.v15, 20) { backfill in
      let file = """
        -- drydock: backfill item by id
        -- drydock: left number > 0
        UPDATE item SET times = times + 1 WHERE :batch;
        """
      let problem = try backfill.runner.problem(["1_fill.backfill.sql": file])
      #expect(problem.code == "backfill.dead-letters")
      #expect(try backfill.runner.value("SELECT sum(times) FROM item") == "0")
      #expect(try backfill.letters()?.hasPrefix("1 left x1; 2 left x1") == true)
    }
  }

  @Test("A row that the statement passes over is told, not skipped")
  func untouched() throws {
    try withBackfill(.v15, 20) { backfill in
      try backfill.runner.eye.execute("CREATE TABLE wanted AS SELECT id FROM item WHERE id <> 11")
      let file =
        BackfillFixture.head + """
          UPDATE item SET inverse = 1, times = times + 1 FROM wanted
          WHERE wanted.id = item.id AND :batch;
          """
      let problem = try backfill.runner.problem(["1_fill.backfill.sql": file])
      #expect(problem.code == "backfill.dead-letters")
      #expect(try backfill.letters() == "11 left x1")
      #expect(try backfill.rows() == "19 done, 1 left, 0 twice")
    }
  }

  @Test("When the patch is wrong and not the rows, it stops early")
  func tooMany() throws {
    try withBackfill(.v15, 100, zeros: Array(1...100)) { backfill in
      var fixture = backfill.runner
      fixture.runner.options.backfill.letterLimit = 5
      let problem = try fixture.problem(Self.files)
      #expect(problem.code == "backfill.too-many-dead-letters")
      #expect(problem.reason == "6 times: division by zero (SQLSTATE 22012)")
      #expect(try backfill.runner.value("SELECT count(*) FROM drydock.dead_letters") == "6")
    }
  }

  @Test("An error of the statement itself has its place, and is no dead letter")
  func wrongStatement() throws {
    try withBackfill(.v15, 10) { backfill in
      let file = BackfillFixture.head + "UPDATE item\nSET nothing = 1 WHERE :batch;"
      let problem = try backfill.runner.problem(["1_fill.backfill.sql": file])
      #expect(problem.kind == .failed)
      #expect(problem.summary == "1_fill.backfill.sql:4:5: statement 1 failed")
      #expect(try backfill.letters() == "")
      // What has not done anything may be corrected.
      #expect(try backfill.runner.migrate(Self.files).first?.isComplete == true)
      #expect(try backfill.rows() == "10 done, 0 left, 0 twice")
    }
  }

  @Test("Its author corrects it half-way, and it goes on with the new text")
  func corrected() throws {
    try withBackfill(.v15, 100, zeros: [50]) { backfill in
      _ = try backfill.runner.problem(Self.files)
      let file =
        BackfillFixture.head + """
          UPDATE item SET inverse = CASE WHEN number = 0 THEN -1 ELSE 1000 / number END,
            times = times + 1 WHERE :batch;
          """
      #expect(try backfill.replay(["1_fill.backfill.sql": file]).isComplete)
      #expect(try backfill.rows() == "100 done, 0 left, 0 twice")
      #expect(try backfill.runner.ledger() == "1:repaired")
      #expect(try backfill.runner.migrate(["1_fill.backfill.sql": file]).isEmpty)
    }
  }

  @Test("A constraint that is checked at COMMIT fails the row, not the run")
  func deferred() throws {
    try withBackfill(.v15, 30) { backfill in
      try backfill.runner.eye.execute(
        """
        CREATE TABLE target (id int PRIMARY KEY); INSERT INTO target SELECT generate_series(1, 1000);
        DELETE FROM target WHERE id = 100;
        ALTER TABLE item ADD FOREIGN KEY (inverse) REFERENCES target DEFERRABLE INITIALLY DEFERRED
        """
      )
      _ = try backfill.runner.problem(Self.files)
      #expect(try backfill.letters() == "10 23503 x1")
      #expect(try backfill.rows() == "29 done, 1 left, 0 twice")
    }
  }

  @Test("A batch that writes to the ledger is rolled back, and its rows are blamed for nothing")
  func touchesLedger() throws {
    try withBackfill(.v15, 30) { backfill in
      try backfill.runner.eye.execute(
        """
        CREATE FUNCTION forge() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          INSERT INTO drydock.progress (event, step, state, digest) VALUES (1, 9, 'redo', 'x');
          RETURN NULL;
        END $$;
        CREATE TRIGGER forge AFTER UPDATE ON item EXECUTE FUNCTION forge()
        """
      )
      let problem = try backfill.runner.problem(Self.files)
      #expect(problem.code == "migrate.ledger-touched" && problem.kind == .refused)
      #expect(try backfill.rows() == "0 done, 30 left, 0 twice")
      #expect(try backfill.letters() == "")
    }
  }

  @Test("A row that is locked is waited for in short attempts, and then given up politely")
  func locked() throws {
    try withBackfill(.v15, 100) { backfill in
      let other = try Connection.open(backfill.runner.settings)
      try other.execute("BEGIN; SELECT FROM item WHERE id = 40 FOR UPDATE")
      let problem = try backfill.runner.problem(Self.files)
      #expect(problem.code == "backfill.lock-not-free")
      #expect(problem.isRetryable)
      #expect(try backfill.letters() == "")
      try other.execute("ROLLBACK")
      #expect(try backfill.runner.migrate(Self.files).first?.isComplete == true)
      #expect(try backfill.rows() == "100 done, 0 left, 0 twice")
    }
  }

  @Test("An edited file that allows its letters keeps them to be seen and replayed")
  func lettersOfAnEditedFile() throws {
    try withBackfill(.v15, 50, zeros: [3, 4]) { backfill in
      _ = try backfill.runner.problem(Self.files)
      let file = "-- drydock: dead-letters 2\n" + BackfillFixture.head + BackfillFixture.statement
      #expect(try backfill.runner.migrate(["1_fill.backfill.sql": file]).first?.isComplete == true)
      #expect(try backfill.runner.ledger() == "1:repaired")
      let status = try backfill.status()
      #expect(status.dead == 2)
      #expect(status.totals.rows == 48)
      #expect(status.left == nil)
      try backfill.runner.eye.execute("UPDATE item SET number = 1 WHERE number = 0")
      #expect(try backfill.replay(["1_fill.backfill.sql": file]).backfill?.rows == 2)
      #expect(try backfill.rows() == "50 done, 0 left, 0 twice")
    }
  }

  @Test("A key that is edited half-way is refused with what to put back")
  func editedKey() throws {
    try withBackfill(.v15, 50, zeros: [3]) { backfill in
      _ = try backfill.runner.problem(Self.files)
      try backfill.runner.eye.execute(
        "UPDATE item SET number = id WHERE number = 0; CREATE UNIQUE INDEX ON item (number, id)"
      )
      let file =
        BackfillFixture.head.replacing("by id", with: "by number, id")
        + BackfillFixture.statement
      let problem = try backfill.runner.problem(["1_fill.backfill.sql": file])
      #expect(problem.code == "backfill.other-target")
      #expect(problem.hint?.contains("backfill item by id") == true)
      #expect(try backfill.replay().isComplete)
    }
  }

  @Test("A function over a range never gets rows that are done: batches are cut around them")
  func functionOverRange() throws {
    try withBackfill(.v15, 300) { backfill in
      try backfill.runner.eye.execute(
        """
        UPDATE item SET inverse = 1, times = 1 WHERE id NOT IN (5, 6, 7, 250, 300);
        CREATE FUNCTION fill(first int, last int) RETURNS void LANGUAGE sql AS
          'UPDATE item SET inverse = 1, times = times + 1 WHERE id BETWEEN first AND last'
        """
      )
      try backfill.runner.migrate([
        "1_range.backfill.sql": BackfillFixture.head + "SELECT fill(:from, :to);"
      ])
      #expect(try backfill.rows() == "300 done, 0 left, 0 twice")
    }
  }

  @Test("A row that is gone before its turn comes is no work, and no end of the program")
  func goneMeanwhile() throws {
    try withBackfill(.v15, 300) { backfill in
      // The batch is cut at the row that is done; what its first piece deletes, a later one misses.
      try backfill.runner.eye.execute(
        """
        UPDATE item SET inverse = 1, times = 1 WHERE id = 5;
        CREATE FUNCTION fill(first int, last int) RETURNS void LANGUAGE sql AS
          'DELETE FROM item WHERE id = 60;
           UPDATE item SET inverse = 1, times = times + 1 WHERE id BETWEEN first AND last'
        """
      )
      try backfill.runner.migrate([
        "1_range.backfill.sql": BackfillFixture.head + "SELECT fill(:from, :to);"
      ])
      #expect(try backfill.rows() == "299 done, 0 left, 0 twice")
      #expect(try backfill.letters() == "")
    }
  }

  @Test("Row security that hides rows from the migrator ends it, and does not make it complete")
  func rowSecurity() throws {
    try withBackfill(.v15, 20) { backfill in
      try backfill.runner.eye.execute(
        """
        CREATE ROLE drydock_limited LOGIN; GRANT ALL ON SCHEMA public TO drydock_limited;
        GRANT ALL ON item TO drydock_limited;
        ALTER TABLE item ENABLE ROW LEVEL SECURITY; CREATE POLICY few ON item USING (id < 5)
        """
      )
      defer {
        _ = try? backfill.runner.eye.execute(
          "DROP OWNED BY drydock_limited; DROP ROLE drydock_limited"
        )
      }
      try backfill.runner.runner.prepareLedger(for: "drydock_limited")
      var fixture = backfill.runner
      fixture.runner = Runner(
        backfill.runner.settings.with("user", "drydock_limited"),
        backfill.runner.runner.options
      )
      let problem = try fixture.problem(Self.files)
      #expect(problem.code == "backfill.cannot-look-up")
      #expect(problem.hint?.contains("row security") == true)
      #expect(try backfill.rows() == "0 done, 20 left, 0 twice")
    }
  }

  @Test("A wrong predicate names the file and the directive")
  func wrongPredicate() throws {
    try withBackfill(.v15, 5) { backfill in
      let file = BackfillFixture.files.first!.value.replacing("left inverse", with: "left inverted")
      let problem = try backfill.runner.problem(["1_fill.backfill.sql": file])
      #expect(problem.code == "backfill.cannot-look-up")
      #expect(problem.summary.hasPrefix("1_fill.backfill.sql: "))
    }
  }

  @Test("More letters than allowed can all be tried again; those that fail are none more")
  func replayBeyondTheLimit() throws {
    try withBackfill(.v15, 20, zeros: Array(1...20)) { backfill in
      var fixture = backfill.runner
      fixture.runner.options.backfill.letterLimit = 5
      _ = try fixture.problem(Self.files)
      try backfill.runner.eye.execute("UPDATE item SET number = 1 WHERE id IN (5, 6)")
      let directory = try PatchFolder(Self.files)
      let patch = try directory.read().patches[0]
      let outcome = try fixture.runner.hold { try $0.replay(patch) }
      #expect(outcome.backfill?.rows == 2)
      #expect(try backfill.letters() == "1 22012 x2; 2 22012 x2; 3 22012 x2; 4 22012 x2")
    }
  }

  @Test(
    "What an error means for a batch",
    arguments: [
      ("22012", "rows"), ("23505", "rows"), ("P0001", "rows"), ("44000", "rows"), ("21000", "rows"),
      ("40001", "busy"), ("40P01", "busy"), ("55P03", "busy"), ("42703", "other"),
      ("42501", "other"), ("53100", "other"), ("57P01", "other"), ("57014", "other"),
      ("XX000", "other"),
    ]
  )
  func judged(state: String, cause: String) {
    let error = PostgresError(sqlState: state, message: "no")
    let early = BatchFailure.of(error, after: .seconds(1), limit: .seconds(30))
    let words = "\(early.map { "\($0.cause)" } ?? "none")"
    #expect(words.hasPrefix(cause))
    let lost = PostgresError(message: "gone", isConnectionLost: true)
    #expect(BatchFailure.of(lost, after: .seconds(1), limit: .seconds(30)) == nil)
  }

  @Test("A statement that the server ends for its time blames the rows; a person who does, nobody")
  func timeout() {
    let error = PostgresError(sqlState: "57014", message: "canceled")
    let late = BatchFailure.of(error, after: .seconds(31), limit: .seconds(30))
    #expect(late.map { "\($0.cause)" }?.hasPrefix("rows") == true)
  }
}

extension BackfillFixture {
  /// Tries dead letters again.
  func replay(
    _ files: [String: String] = BackfillFixture.files,
    withText text: String? = nil
  ) throws -> PatchOutcome {
    let directory = try PatchFolder(files).read()
    return try runner.runner.hold { try $0.replay(directory.patches[0], withText: text) }
  }
}
