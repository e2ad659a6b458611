import Foundation
import Migration
import Postgres
import Problems
import TestSupport
import Testing

@testable import struct Migration.RunnerLock

@Suite("One runner at a time, and nobody waits long for it")
struct LockTests {
  @Test("A second runner gives up in time and says who is at work", arguments: TestServer.allCases)
  func busy(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      try fixture.runner.hold { _ in
        let problem = try fixture.problem(["1_a.sql": "SELECT 1"])
        #expect(problem.kind == .busy)
        #expect(problem.facts.first?.value.hasPrefix("session ") == true)
      }
      #expect(try fixture.migrate(["1_a.sql": "SELECT 1"]).count == 1)
    }
  }

  @Test("A lost lock is noticed before COMMIT", arguments: TestServer.allCases)
  func lostLock(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      let killer = AtCommit { connection in
        try connection.query(
          "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks"
            + " WHERE locktype = 'advisory' AND database ="
            + " (SELECT oid FROM pg_database WHERE datname = current_database())",
          []
        )
      }
      let problem = try fixture.problem(["1_a.sql": "CREATE TABLE t (a int)"], observer: killer)
      #expect(problem.code == "migrate.lock-lost")
      #expect(try !fixture.exists("t"))
      #expect(try fixture.ledger().isEmpty)
    }
  }

  @Test(
    "Even without the lock a second runner finds its place taken",
    arguments: TestServer.allCases
  )
  func fence(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      let patch = try PatchFolder(["1_a.sql": "CREATE TABLE t (a int)"]).read().patches[0]
      let problem = #expect(throws: Problem.self) {
        try fixture.runner.hold { held in
          try fixture.eye.execute(
            "INSERT INTO drydock.events (position, kind, version, name, exact_hash,"
              + " normalised_hash, tool_version, finished)"
              + " VALUES (1, 'applied', '1', '1_a', '', '', 'other', now())"
          )
          _ = try held.apply(patch)
        }
      }
      #expect(problem?.code == "ledger.moved")
      #expect(problem?.kind == .busy)
      #expect(try !fixture.exists("t"))
    }
  }

  @Test(
    "A lock that is free at last is waited for in short attempts",
    arguments: TestServer.allCases
  )
  func ladder(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      try fixture.eye.execute("CREATE TABLE t (a int)")
      let other = try Connection.open(fixture.settings)
      try other.execute("BEGIN; LOCK TABLE t")
      let release = Release(other)
      let outcomes = try fixture.migrate(["1_a.sql": "ALTER TABLE t ADD b int"], observer: release)
      #expect(outcomes.first?.attempts == 2)
    }
  }

  @Test("A lock that stays taken ends the run, with nothing done", arguments: TestServer.allCases)
  func neverFree(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      try fixture.eye.execute("CREATE TABLE t (a int)")
      let other = try Connection.open(fixture.settings)
      try other.execute("BEGIN; LOCK TABLE t")
      // The lock is never given back before the run has ended: it ends by itself or not at all.
      let problem = try fixture.problem([
        "1_a.sql": "CREATE TABLE u (a int); ALTER TABLE t ADD b int"
      ])
      #expect(problem.kind == .busy)
      #expect(problem.reason?.contains("55P03") == true)
      try other.execute("ROLLBACK")
      #expect(try !fixture.exists("u"))
      #expect(try fixture.ledger().isEmpty)
    }
  }

  @Test("Only missing locks are tried again", arguments: TestServer.allCases)
  func otherFailures(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      let witness = Witness()
      _ = try fixture.problem(["1_a.sql": "SELECT 1/0"], observer: witness)
      #expect(witness.events.count { $0.hasPrefix("begin") } == 1)
    }
  }

  @Test("lock-timeout and lock-first are obeyed", arguments: TestServer.allCases)
  func directives(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      try fixture.eye.execute("CREATE TABLE t (a int)")
      var other = fixture
      other.runner.options.firstLocks = try [
        #require(Version("1")): [Runner.TableLock(table: "public.t", mode: "SHARE")]
      ]
      let watcher = Watcher()
      try other.migrate(
        [
          "1_a.sql":
            "-- drydock: lock-timeout 1234ms\n-- drydock: lock-first\nSELECT current_setting('lock_timeout')"
        ],
        observer: watcher
      )
      #expect(watcher.seen == ["1234ms", "t ShareLock"])
    }
  }
}

/// Does something right before the commit.
private struct AtCommit: RunObserver {
  var action: (Connection) throws -> Void

  func beforeCommit(_ patch: Patch, on connection: Connection) throws { try action(connection) }
}

/// Gives a lock back once the patch has failed to get it.
private struct Release: RunObserver {
  let holder: Connection

  init(_ holder: Connection) { self.holder = holder }

  func didRun(
    _ statement: Statement,
    _ outcome: StatementOutcome,
    on connection: Connection
  ) throws {
    if outcome.failure?.sqlState == "55P03" { try holder.execute("ROLLBACK") }
  }
}

/// Writes down lock timeout and table locks before the first statement.
private final class Watcher: RunObserver {
  private(set) var seen: [String] = []

  func willRun(_ statement: Statement, on connection: Connection) throws {
    seen.append(try connection.query("SHOW lock_timeout", []).value ?? "")
    let locks = try connection.query(
      "SELECT relation::regclass || ' ' || mode AS lock FROM pg_locks"
        + " WHERE pid = pg_backend_pid() AND relation = 't'::regclass",
      []
    )
    seen += locks.map { $0.string("lock") }
  }
}
