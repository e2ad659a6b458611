import Foundation
import Postgres
import TestSupport
import Testing

@Suite("Waves start once, and say what they do not know")
struct WaveGuardTests {
  private static let since = ["--since", "2026-01-01T00:00Z"]

  /// The words that start the waves of a runbook.
  private static func words(
    _ runbook: String,
    _ user: Drydock,
    _ database: ConnectionSettings
  ) throws -> [String] {
    ["waves", "--database", database.argument] + (try Cosims.configuration(runbook, for: user))
  }

  /// A database in which a requirement can be met and unmet.
  private func withReadiness(
    _ body: (Drydock, ConnectionSettings, Connection) throws -> Void
  ) throws {
    try withDatabase(on: .v15) { database in
      let connection = try Connection.open(database)
      try connection.execute("CREATE TABLE ready AS SELECT true AS is_ready")
      try body(try Drydock(on: .v15), database, connection)
    }
  }

  @Test(
    "A program that a signal ended, or that took too long, may have started its wave: a person decides"
  )
  func signalled() throws {
    for (end, limit) in [("kill -9 $$", "1m"), ("exec sleep 600", "1s")] {
      try withDatabase(on: .v15) { database in
        let user = try Drydock(on: .v15)
        let trace = "\(user.directory)/trace"
        let runbook = """
          runbook:
            waves:
              - name: works
                limit: \(limit)
                run: [/bin/sh, -c, "echo works >> \(trace); \(end)"]
          """
        let words = try Self.words(runbook, user, database)
        let killed = try user.run(words + Self.since).require(8)
        #expect(killed.errors.contains("nobody knows whether 'works' was started"), "\(killed)")
        #expect(killed.errors.contains("--assume"), "\(killed)")
        try user.run(words).require(8)
        try user.run(words + ["--assume", "started"]).require(0)
        #expect(try String(contentsOfFile: trace, encoding: .utf8) == "works\n")
      }
    }
  }

  @Test(
    "A first wave that fails ends in 8 with a way on, whatever starts it",
    arguments: ["run: [/bin/false]", "sql: INSERT INTO nothing VALUES (1)"]
  )
  func firstFails(start: String) throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      let words = try Self.words("runbook: {waves: [{name: one, \(start)}]}", user, database)
      let run = try user.run(words + Self.since).require(8)
      #expect(run.errors.contains("'one' was not started"), "\(run)")
      #expect(run.missingOfError == [])
      try user.run(words).require(8)
    }
  }

  @Test("Once a wave has started its requirements are no longer asked, whatever they say by then")
  func requirements() throws {
    try withReadiness { user, database, connection in
      let runbook = """
        runbook:
          require: [{name: it is ready, query: SELECT is_ready FROM ready}]
          waves:
            - {name: one, sql: DROP TABLE ready}
            - {name: two, sql: INSERT INTO started VALUES (2)}
        """
      let words = try Self.words(runbook, user, database)
      try user.run(words + Self.since).require(8)
      try connection.execute("CREATE TABLE started (i int)")
      try user.run(words + ["--dry-run"]).require(0)
      try user.run(words).require(0)
      try user.run(words + Self.since).require(0)
      #expect(try connection.execute("SELECT count(*) FROM started").int == 1)
    }
  }

  @Test(
    "A run that was begun and has started nothing is not ready while a requirement does not hold"
  )
  func begun() throws {
    try withReadiness { user, database, connection in
      let runbook = """
        runbook:
          require: [{name: it is ready, query: SELECT is_ready FROM ready}]
          waves: [{name: one, run: [/bin/false]}]
        """
      let words = try Self.words(runbook, user, database)
      try user.run(words + Self.since).require(8)
      try connection.execute("UPDATE ready SET is_ready = false")
      try user.run(words + ["--dry-run"]).require(3)
      try user.run(words).require(3)
    }
  }
}
