import Files
import Foundation
import Postgres
import Processes
import TestSupport
import Testing

@Suite("psql on a snapshot")
struct ShellTests {
  private static let definition = """
    CREATE TABLE t AS SELECT i FROM generate_series(1, 1000) i;
    CREATE TABLE other AS SELECT i FROM generate_series(1, 10) i;
    CREATE TABLE days (day int) PARTITION BY LIST (day);
    CREATE TABLE days_1 PARTITION OF days FOR VALUES IN (1);
    INSERT INTO days VALUES (1);
    """

  private func user(_ source: ConnectionSettings) throws -> Drydock {
    try Connection.open(source).execute(Self.definition)
    let user = try Drydock(on: .v15)
    try user.backup(source)
    try Connection.open(source).execute("DROP TABLE t, other, days")
    return user
  }

  /// Processes that stand in the user's directory for temporary files: a scratch server.
  private func servers(_ user: Drydock) throws -> [ProcessTable] {
    try ProcessTable.now().filter { $0.command.contains(user.temporary) }
  }

  @Test("Commands on standard input see what was there; only chosen tables have rows")
  func piped() throws {
    try withDatabase(on: .v15) { source in
      let user = try user(source)
      let script = "\(user.directory)/script.sql"
      let lines =
        "SELECT 't has ' || count(*) FROM t;\nSELECT 'other has ' || count(*) FROM other;\n"
        + "SELECT 'days has ' || count(*) FROM days;\n"
      try AtomicFile.write(Array(lines.utf8), to: script, durability: .fast)
      let all = try user.pipe(script, ["query", "latest", "--shell"]).require(0)
      #expect(all.output.contains("t has 1000") && all.output.contains("other has 10"), "\(all)")
      let some = try user.pipe(script, ["query", "latest", "--shell", "--table", "public.t"])
      #expect(try some.require(0).output.contains("t has 1000"))
      #expect(some.output.contains("other has 0"), "\(some)")
      let parts = try user.pipe(script, ["query", "latest", "--shell", "--table", "public.days"])
      #expect(
        try parts.require(0).output.contains("days has 1"),
        "a partitioned table is its parts"
      )
      #expect(parts.output.contains("t has 0"), "\(parts)")
      let unknown = try user.pipe(script, ["query", "latest", "--shell", "--table", "nothing"])
      #expect(unknown.code == 2, "\(unknown)")
      for line in [
        ["SELECT 1", "--shell"], [], ["--table", "t", "SELECT 1"], ["--shell", "--csv"],
      ] {
        let run = try user.run(["query", "latest"] + line)
        #expect(run.code == 2 && run.missingOfError.isEmpty, "\(run)")
      }
      #expect(try user.leftovers() == [])
    }
  }

  @Test("Ctrl-C ends a query of psql and nothing else; what psql ends leaves no server behind")
  func controlC() throws {
    try withDatabase(on: .v15) { source in
      let user = try user(source)
      let person = try PersonAtTerminal(user, ["query", "latest", "--shell"], hasTerminal: true)
      try person.wait(for: "=>")
      try person.type("SELECT 'begun' || 1, pg_sleep(600) FROM t;\n")
      let server = try #require(try servers(user).first { $0.command.contains("postgres\0-D") })
      try person.wait(until: "the query") {
        try servers(user).isEmpty
          || ProcessTable.now().contains {
            $0.parent == server.pid && $0.command.contains("SELECT")
          }
      }
      try person.type("\u{3}")
      try person.wait(for: "canceling statement")
      try person.type("SELECT 'still ' || 'alive';\n")
      try person.wait(for: "still alive")
      try person.type("\\q\n")
      #expect(try person.end() == 0, "\(person.screen)")
      #expect(try servers(user).isEmpty)
      #expect(try user.leftovers() == [])
    }
  }

  @Test("SIGTERM to drydock ends psql and the server")
  func terminated() throws {
    try withDatabase(on: .v15) { source in
      let user = try user(source)
      let person = try PersonAtTerminal(user, ["query", "latest", "--shell"], hasTerminal: false)
      try person.type("SELECT 'ready ' || count(*) FROM t;\n")
      try person.wait(for: "ready 1000")
      #expect(try !servers(user).isEmpty)
      _ = Signal.terminate.send(to: person.pid)
      #expect(try person.end() == 143, "\(person.screen)")
      try person.wait(until: "psql's end") { try servers(user).isEmpty }
      #expect(try user.leftovers() == [])
    }
  }

  @Test("What a killed run left of its server goes with the next")
  func killedBefore() throws {
    try withDatabase(on: .v15) { source in
      let user = try user(source)
      let dead = "\(user.temporary)/drydock-scratch-dead"
      try Directory.create(dead)
      try AtomicFile.write([], to: "\(dead)/owner.lock", durability: .fast)
      try user.run(["query", "latest", "SELECT count(*) FROM t"]).require(0)
      #expect(try user.leftovers() == [])
    }
  }

  @Test("A dump opens in psql too, as a whole")
  func dump() throws {
    try withDatabase(on: .v15) { source in
      let user = try user(source)
      try Connection.open(source).execute(Self.definition)
      let path = "\(user.directory)/shop.sql"
      try DumpPrograms.run("pg_dump", ["--file=\(path)", "--dbname=\(source.argument)"], on: .v15)
      try user.run(["import", path]).require(0)
      let script = "\(user.directory)/script.sql"
      let lines = "SELECT 't has ' || count(*) FROM public.t;\n"
      try AtomicFile.write(Array(lines.utf8), to: script, durability: .fast)
      let run = try user.pipe(script, ["query", "latest:shop", "--shell"]).require(0)
      #expect(run.output.contains("t has 1000"), "\(run)")
      #expect(try user.leftovers() == [])
    }
  }
}
