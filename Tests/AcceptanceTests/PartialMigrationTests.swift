import Foundation
import Postgres
import Processes
import TestSupport
import Testing

@Suite("A migration that stops between two patches")
struct PartialMigrationTests {
  private static let exempt = ["--without-receipt", "--because", "a test"]

  /// A user whose third patch does not come through.
  private func user(_ third: String) throws -> Drydock {
    let user = try Drydock(on: .v15)
    try user.write(patch: "0001_a.sql", "CREATE TABLE a (n int);\n")
    try user.write(patch: "0002_b.sql", "CREATE TABLE b (n int);\n")
    try user.write(patch: "0003_c.sql", third)
    return user
  }

  @Test(
    "says which patches came through, and that the database was changed in part",
    arguments: ["SELECT 1 / 0;\n", "SELECT pg_terminate_backend(pg_backend_pid());\n"]
  )
  func one(third: String) throws {
    try withDatabase(on: .v15) { database in
      let user = try user(third)
      let migrate = ["migrate", "--database", database.argument] + Self.exempt
      let run = try user.run(migrate)
      #expect(run.code == 8 && run.missingOfError == [], "\(run)")
      for name in ["0001_a", "0002_b"] {
        #expect(run.errors.contains("applied before: \(name)"), "\(run)")
      }
      let again = try user.run(migrate + ["--json"])
      #expect(again.code != 8 && !again.errors.contains("applied before"), "nothing new: \(again)")
      try user.write(patch: "0003_c.sql", "CREATE TABLE c (n int);\n")
      try user.run(migrate).require(0)
    }
  }

  @Test("is told of each tenant, also where all of them fail for one reason")
  func tenants() throws {
    try withDatabase(on: .v15) { one in
      try withDatabase(on: .v15) { two in
        let user = try user("SELECT 1 / 0;\n")
        let all = [one, two].flatMap { ["--database", $0.argument] }
        let run = try user.run(["migrate"] + all + Self.exempt)
        #expect(run.code == 8, "\(run)")
        #expect(run.output.contains("changed in part: migrate.statement-failed"), "\(run)")
        #expect(run.output.contains("applied before: 0002_b"), "\(run)")
        // Nothing of what is left comes through, so nothing is changed any more.
        let again = try user.run(["migrate"] + all + Self.exempt)
        #expect(again.code == 1 && again.output.contains("0003_c.sql:1:1"), "\(again)")
      }
    }
  }

  @Test("leaves the rest of the tenants alone when it is interrupted, and tells what came of each")
  func interrupted() throws {
    try withDatabase(on: .v15) { one in
      try withDatabase(on: .v15) { two in
        try withDatabase(on: .v15) { three in
          let user = try user("INSERT INTO gate VALUES (1);\n")
          for database in [one, two, three] {
            try Connection.open(database).execute("CREATE TABLE gate (n int)")
          }
          let holder = try Connection.open(two)
          try holder.execute("BEGIN; LOCK TABLE gate")
          let log = "\(user.directory)/log"
          #expect(FileManager.default.createFile(atPath: log, contents: nil))
          let file = try #require(FileHandle(forWritingAtPath: log))
          let all = [one, two, three].flatMap { ["--database", $0.argument] }
          let child = try user.invocation(["migrate"] + all + Self.exempt)
            .start(log: file.fileDescriptor)
          let waiting =
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            + " AND datname = current_database()"
          let watcher = try Connection.open(two)
          while try watcher.query(waiting, []).value == "0" { #expect(child.status == nil) }
          child.signal(.interrupt)
          let ending = try child.wait(timeLimit: .seconds(60))
          let said = try String(contentsOfFile: log, encoding: .utf8)
          #expect(ending == .exited(130), "\(said)")
          #expect(said.contains("1 of 3 done, 1 failed, 1 left alone."), "\(said)")
          #expect(said.contains("applied before: 0002_b"), "\(said)")
          let tables = "SELECT to_regclass('a')"
          #expect(try Connection.open(three).query(tables, []).value == nil)
          withExtendedLifetime(holder) {}
        }
      }
    }
  }

  @Test("does not begin where one of several databases has no schema like the pattern")
  func schemas() throws {
    try withDatabase(on: .v15) { one in
      try withDatabase(on: .v15) { empty in
        let user = try user("CREATE TABLE c (n int);\n")
        try Connection.open(one).execute("CREATE SCHEMA tenant_a")
        let all = [one, empty].flatMap { ["--database", $0.argument] }
        let run = try user.run(["migrate", "--schemas", "tenant_%"] + all + Self.exempt)
        #expect(run.code == 2 && run.missingOfError == [], "\(run)")
        let name = try #require(empty.keywords["dbname"])
        #expect(run.errors.contains(name) && run.errors.contains("is like tenant_%"), "\(run)")
        let tables = "SELECT to_regclass('tenant_a.a')"
        #expect(try Connection.open(one).query(tables, []).value == nil)
      }
    }
  }
}
