import Postgres
import Processes
import TestSupport
import Testing

@Suite("A patch is merged only where it was meant, and where it arrives")
struct TransitionGuardTests {
  /// What a plan ends with.
  private struct Plan: Decodable {
    let ids: [String]
    let token: String
  }

  private static let configuration = """
    transitions:
      tasks: {table: tasks, id: id, state: state, content: info, batch: 1,
        apply: UPDATE tasks SET state = $2 WHERE id = $1::int, paths: [[error, ready]]}
    """

  /// Lends three tasks in error, a user, and the words of a transition of them.
  private func withTasks(
    _ body: (Connection, Drydock, [String]) throws -> Void
  ) throws {
    try withDatabase(on: .v15) { database in
      let connection = try Connection.open(database)
      try connection.execute(
        """
        CREATE TABLE tasks (id int PRIMARY KEY, state text, info jsonb);
        INSERT INTO tasks SELECT i, 'error', '{"n": 1.10}' FROM generate_series(1, 3) i
        """
      )
      let user = try Drydock(on: .v15)
      let words =
        ["transition", "--json", "--database", database.argument]
        + (try Cosims.configuration(Self.configuration, for: user))
      try body(connection, user, words)
    }
  }

  private func contents(_ connection: Connection) throws -> [String?] {
    try connection.execute("SELECT info::text FROM tasks ORDER BY id").map { $0[0] }
  }

  @Test("A row that moved on since the plan keeps its content")
  func movedOn() throws {
    try withTasks { connection, user, words in
      let patch = words + ["--state", "error", "--patch", #"{"retry": true}"#]
      let plan = try user.run(patch).require(3).result(Plan.self)
      #expect(plan.ids == ["1", "2", "3"])
      let run = try PausedRun(
        user,
        patch + ["--confirm", plan.token],
        at: "INSERT INTO drydock.transition_rows"
      )
      try connection.execute("UPDATE tasks SET state = 'running' WHERE id = 2")
      let (ending, said) = try run.resume()
      #expect(ending == .exited(7) && said.contains("no longer in the selected state"), "\(said)")
      #expect(
        try contents(connection) == [
          #"{"n": 1.10, "retry": true}"#, #"{"n": 1.10}"#, #"{"n": 1.10, "retry": true}"#,
        ]
      )
      let outcome = "SELECT outcome FROM drydock.transition_rows WHERE id = '2'"
      #expect(try connection.execute(outcome).value == "changed meanwhile")
    }
  }

  @Test("What a trigger swallows or takes back is refused, and what it adds is not")
  func triggers() throws {
    try withTasks { connection, user, words in
      try connection.execute(
        """
        CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          IF NEW.id = 1 THEN RETURN NULL; END IF;
          IF NEW.id = 2 THEN NEW.info := NEW.info || '{"retry": false}'; END IF;
          IF NEW.id = 3 THEN NEW.info := NEW.info || '{"seen": 1}'; END IF;
          RETURN NEW; END $$;
        CREATE TRIGGER touch BEFORE UPDATE ON tasks FOR EACH ROW EXECUTE FUNCTION touch()
        """
      )
      let patch = words + ["--patch", #"{"retry": true}"#]
      let plan = try user.run(patch).require(3).result(Plan.self)
      let run = try user.run(patch + ["--confirm", plan.token]).require(7)
      #expect(run.output.contains("changed no row"), "\(run)")
      #expect(run.output.contains("read back"), "\(run)")
      #expect(
        try contents(connection) == [
          #"{"n": 1.10}"#, #"{"n": 1.10}"#, #"{"n": 1.10, "seen": 1, "retry": true}"#,
        ]
      )
    }
  }

  @Test("A query for the names of states that returns one column alone is refused by name")
  func names() throws {
    try withDatabase(on: .v15) { database in
      try Connection.open(database).execute(
        """
        CREATE TABLE tasks (id int PRIMARY KEY, state text);
        CREATE TABLE states (name text);
        INSERT INTO states VALUES ('error'), ('ready')
        """
      )
      let user = try Drydock(on: .v15)
      let configuration = """
        transitions:
          tasks: {table: tasks, id: id, state: state, names: SELECT name FROM states,
            apply: UPDATE tasks SET state = $2 WHERE id = $1::int, paths: [[error, ready]]}
        """
      let words =
        ["transition", "--database", database.argument, "--path", "error,ready"]
        + (try Cosims.configuration(configuration, for: user))
      let run = try user.run(words).require(2)
      #expect(run.errors.contains("'names' of the transition 'tasks'"), "\(run)")
      #expect(run.missingOfError == [])
    }
  }

  @Test("--state belongs to --patch, since a path says it by itself")
  func contradiction() throws {
    try withTasks { _, user, words in
      let run = try user.run(words + ["--path", "error,ready", "--state", "running"]).require(2)
      #expect(run.errors.contains("usage.state-of-path"), "\(run)")
    }
  }
}
