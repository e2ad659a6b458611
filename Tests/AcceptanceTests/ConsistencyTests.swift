import Cluster
import Files
import Foundation
import Postgres
import Processes
import TestSupport
import Testing

@Suite("A snapshot shows one instant")
struct ConsistencyTests {
  /// A backup that waits for a lock which the test holds.
  private func waitForLockRequest(_ child: Child, _ connection: Connection) throws {
    let waiting = """
      SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
      WHERE NOT l.granted AND l.mode = 'AccessShareLock' AND a.datname = current_database()
      """
    while try connection.query(waiting, []).value == "0" {
      guard child.status == nil else { throw CocoaError(.featureUnsupported) }
    }
  }

  @Test(
    "A table that is rewritten between listing and locking is whole",
    arguments: TestServer.either()
  )
  func rewrittenBeforeLock(server: TestServer) throws {
    try withDatabase(on: server) { source in
      let connection = try Connection.open(source)
      try connection.execute(
        "CREATE TABLE t AS SELECT i AS a, i::text AS b FROM generate_series(1, 1000) i"
      )
      let user = try Drydock(on: server)
      try connection.execute("BEGIN; LOCK TABLE t")
      let child = try user.invocation(["backup", source.argument]).start()
      try waitForLockRequest(child, try Connection.open(source))
      try connection.execute(
        "ALTER TABLE t ALTER a TYPE bigint, ADD COLUMN c int DEFAULT 5; COMMIT"
      )
      #expect(try child.wait(timeLimit: .seconds(120)) == .exited(0))
      try withDatabase(on: server) { target in
        try user.restore(into: target)
        let sum = "SELECT count(*) || ' ' || sum(a) || ' ' || sum(c) FROM t"
        #expect(try Connection.open(target).query(sum, []).value == "1000 500500 5000")
      }
    }
  }

  @Test(
    "A queued ACCESS EXCLUSIVE does not stop a backup that has its locks",
    arguments: TestServer.either()
  )
  func queuedLock(server: TestServer) throws {
    try withDatabase(on: server) { source in
      let connection = try Connection.open(source)
      try connection.execute(
        """
        CREATE TABLE t AS SELECT i AS a FROM generate_series(1, 1000) i;
        CREATE TABLE u AS SELECT i AS a FROM generate_series(1, 1000) i;
        """
      )
      let user = try Drydock(on: server)
      try connection.execute("BEGIN; LOCK TABLE u")
      let child = try user.invocation(["backup", source.argument]).start()
      let observer = try Connection.open(source)
      try waitForLockRequest(child, observer)
      let binaries = try server.options().binaries ?? "/usr/lib/postgresql/15/bin"
      let writer = try Invocation(
        "\(binaries)/psql",
        ["-X", "-d", source.argument, "-c", "LOCK TABLE t"]
      ).start()
      let queued = """
        SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'
          AND relation = 't'::regclass
        """
      while try observer.query(queued, []).value == "0" {
        guard writer.status == nil else { break }
      }
      try connection.execute("COMMIT")
      #expect(try child.wait(timeLimit: .seconds(60)) == .exited(0))
      _ = try writer.wait(timeLimit: .seconds(30))
      try withDatabase(on: server) { target in _ = try user.restore(into: target) }
    }
  }

  @Test("Old and new labels of an enum never mix", arguments: TestServer.either())
  func renamedLabel(server: TestServer) throws {
    try withDatabase(on: server) { source in
      let connection = try Connection.open(source)
      try connection.execute(
        """
        CREATE TYPE mood AS ENUM ('old_label', 'x');
        CREATE TABLE t AS SELECT i AS a, 'old_label'::mood AS m, repeat('f', 500) AS f
          FROM generate_series(1, 40000) i;
        """
      )
      let user = try Drydock(on: server)
      // The table takes several COPYs; the backup stops itself behind the first.
      let child = try user.invocation(
        ["backup", source.argument, "--jobs", "1"],
        ["DRYDOCK_FAULT_PAUSE": "statement after: COPY"]
      ).start()
      Wait.asLongAs(!ProcessTable.isStopped(child.pid) && child.status == nil)
      #expect(child.status == nil, "the backup never paused")
      try connection.execute("ALTER TYPE mood RENAME VALUE 'old_label' TO 'new_label'")
      try Invocation("kill", ["-CONT", "\(child.pid)"]).run().checked()
      #expect(try child.wait(timeLimit: .seconds(120)) == .exited(0))
      try withDatabase(on: server) { target in
        try user.restore(into: target)
        let labels = "SELECT string_agg(DISTINCT m::text, ' ') || count(*) FROM t"
        #expect(try Connection.open(target).query(labels, []).value == "new_label40000")
      }
    }
  }

  @Test(
    "Settings of the database that change plans do not change a snapshot",
    arguments: TestServer.either()
  )
  func settings(server: TestServer) throws {
    try withDatabase(on: server) { source in
      let name = source.keywords["dbname"] ?? ""
      let connection = try Connection.open(source)
      try connection.execute(
        "CREATE TABLE t AS SELECT i AS a, repeat('f', 500) AS f FROM generate_series(1, 20000) i"
      )
      for setting in [
        "enable_tidscan = off", "enable_seqscan = off", "parallel_setup_cost = 0",
        "min_parallel_table_scan_size = 0", "parallel_tuple_cost = 0",
        "max_parallel_workers_per_gather = 4", "DateStyle = 'German, DMY'", "search_path = 'none'",
        "IntervalStyle = sql_standard", "bytea_output = escape", "extra_float_digits = 0",
        "statement_timeout = '200ms'", "lock_timeout = '100ms'", "TimeZone = 'Asia/Kolkata'",
        "standard_conforming_strings = on", "quote_all_identifiers = on",
        "default_transaction_read_only = on", "default_transaction_isolation = 'serializable'",
      ] {
        try connection.execute("ALTER DATABASE \(name) SET \(setting)")
      }
      let role = source.keywords["user"] ?? ""
      for setting in ["enable_tidscan = off", "enable_parallel_append = on", "jit = on"] {
        try connection.execute("ALTER ROLE \(role) IN DATABASE \(name) SET \(setting)")
      }
      let user = try Drydock(on: server)
      try user.backup(source)
      try withDatabase(on: server) { target in
        try user.restore(into: target)
        let sum = "SELECT count(*) || ' ' || sum(a) FROM t"
        #expect(try Connection.open(target).query(sum, []).value == "20000 200010000")
      }
    }
  }
}
