import Foundation
import Postgres
import Processes
import TestSupport
import Testing

/// `--data-only` into tables that are there, in a database that others use.
@Suite("Rows alone go into tables that are there")
struct DataOnlyTests {
  private static let definition = """
    CREATE SCHEMA sales; CREATE SEQUENCE sales.numbers;
    CREATE TABLE sales.customers (id serial PRIMARY KEY, name text);
    CREATE TABLE sales.orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      customer int REFERENCES sales.customers, number int DEFAULT nextval('sales.numbers'));
    INSERT INTO sales.customers (name) SELECT 'c' || i FROM generate_series(1, 9) i;
    INSERT INTO sales.orders (customer) SELECT 1 + i % 9 FROM generate_series(1, 49) i;
    """

  /// Lends the definition, empty, and a snapshot of its rows.
  private func withEmpty(
    on server: TestServer,
    _ body: (ConnectionSettings, Connection, Drydock) throws -> Void
  ) throws {
    try withDatabase(on: server) { source in
      try Connection.open(source).execute(Self.definition)
      let user = try Drydock(on: server)
      try user.backup(source)
      try withDatabase(on: server) { target in
        try user.restore(into: target, ["--schema-only"])
        try body(target, try Connection.open(target), user)
      }
    }
  }

  private func words(_ target: ConnectionSettings, _ more: [String] = []) -> [String] {
    ["restore", "latest", "--into", target.argument, "--data-only"] + more
  }

  private func last(_ sequence: String, _ connection: Connection) throws -> Int? {
    try connection.execute("SELECT last_value FROM \(sequence)").int
  }

  @Test("A failure leaves the sequences where they were", arguments: TestServer.either())
  func keepsSequences(server: TestServer) throws {
    try withEmpty(on: server) { target, connection, user in
      try connection.execute(
        """
        ALTER TABLE sales.orders ALTER CONSTRAINT orders_customer_fkey DEFERRABLE;
        SELECT setval('sales.orders_id_seq', 500), setval('sales.numbers', 600)
        """
      )
      // The customers stay away, which the last check tells.
      let failed = try user.run(words(target, ["--table", "sales.orders"]))
      #expect(failed.code == 1 && failed.errors.contains("rolled back"), "\(failed)")
      #expect(try last("sales.orders_id_seq", connection) == 500)
      #expect(try last("sales.numbers", connection) == 600)
      // Only loaded tables use them, so they go back with the rows.
      try user.run(words(target)).require(0)
      #expect(try last("sales.orders_id_seq", connection) == 49)
      #expect(try last("sales.customers_id_seq", connection) == 9)
      #expect(try last("sales.numbers", connection) == 49)
    }
  }

  @Test(
    "A sequence that others use goes forward and never back",
    arguments: TestServer.either()
  )
  func sharedSequence(server: TestServer) throws {
    try withEmpty(on: server) { target, connection, user in
      try connection.execute(
        """
        CREATE TABLE public.live (id int DEFAULT nextval('sales.numbers'));
        SELECT setval('sales.numbers', 900)
        """
      )
      let ahead = try user.run(words(target, ["--schema", "sales"])).require(7)
      #expect(ahead.output.contains("sequence sales.numbers, which is ahead"), "\(ahead)")
      #expect(try last("sales.numbers", connection) == 900)
      try connection.execute(
        "TRUNCATE sales.orders, sales.customers; SELECT setval('sales.numbers', 2)"
      )
      try user.run(words(target, ["--schema", "sales"])).require(0)
      #expect(try last("sales.numbers", connection) == 49)
    }
  }

  @Test(
    "Rows that come before the lock are seen, whatever the database's isolation is",
    arguments: TestServer.either()
  )
  func isolation(server: TestServer) throws {
    try withEmpty(on: server) { target, connection, user in
      let name = try #require(target.keywords["dbname"])
      try connection.execute(
        "ALTER DATABASE \(name) SET default_transaction_isolation = 'repeatable read'"
      )
      try connection.execute(
        "BEGIN; INSERT INTO sales.orders (customer) VALUES (NULL), (NULL)"
      )
      let log = "\(user.directory)/child.log"
      #expect(FileManager.default.createFile(atPath: log, contents: nil))
      let output = try #require(FileHandle(forWritingAtPath: log))
      let child = try user.invocation(words(target)).start(log: output.fileDescriptor)
      let waits = """
        SELECT count(*) FROM pg_locks WHERE NOT granted
          AND relation = 'sales.orders'::regclass AND database = (
            SELECT oid FROM pg_database WHERE datname = current_database())
        """
      let observer = try Connection.open(target)
      try Wait.asLongAs(observer.execute(waits).int == 0 && child.status == nil)
      try connection.execute("COMMIT")
      let ending = try child.wait(timeLimit: .seconds(60))
      let said = try String(contentsOfFile: log, encoding: .utf8)
      #expect(ending == .exited(3) && said.contains("already hold rows"), "\(said)")
      #expect(try connection.execute("SELECT count(*) FROM sales.orders").int == 2)
    }
  }

  @Test("A trigger and a deferrable key may be on one table", arguments: TestServer.either())
  func triggerAndKey(server: TestServer) throws {
    try withEmpty(on: server) { target, connection, user in
      try connection.execute(
        """
        ALTER TABLE sales.orders ALTER CONSTRAINT orders_customer_fkey DEFERRABLE;
        CREATE FUNCTION sales.spoil() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN NEW.number := 0; RETURN NEW; END $$;
        CREATE TRIGGER spoil BEFORE INSERT ON sales.orders
          FOR EACH ROW EXECUTE FUNCTION sales.spoil()
        """
      )
      try user.run(words(target)).require(0)
      let state = "SELECT tgenabled FROM pg_trigger WHERE tgname = 'spoil'"
      #expect(try connection.execute(state).value == "O")
      #expect(try connection.execute("SELECT min(number) FROM sales.orders").int == 1)
    }
  }

  @Test("A connection lost at COMMIT says how to find out")
  func lostAtCommit() throws {
    try withEmpty(on: .v15) { target, connection, user in
      let log = "\(user.directory)/points"
      try user.run(words(target), ["DRYDOCK_FAULT_LOG": log]).require(0)
      let points = FaultPoints.passed(log: log)
      let commit = try #require(points.lastIndex { $0.contains("statement after: COMMIT") })
      try connection.execute("TRUNCATE sales.orders, sales.customers")
      let lost = try user.run(
        words(target),
        ["DRYDOCK_FAULT_POINT": "\(commit + 1)", "DRYDOCK_FAULT_KIND": "lost-connection"]
      )
      #expect(lost.code == 8 && lost.errors.contains("Give the same command again"), "\(lost)")
      #expect(!lost.errors.contains("drydock restores"), "\(lost)")
      let again = try user.run(words(target))
      #expect(again.code == 3 && again.errors.contains("already hold rows"), "\(again)")
      #expect(try connection.execute("SELECT count(*) FROM sales.orders").int == 49)
    }
  }
}
