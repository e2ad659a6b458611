import Foundation
import Postgres
import TestSupport
import Testing

@Suite("Nothing hostile gets out of the scratch", .serialized)
struct HostileScratchTests {
  @Test(
    "What runs by itself, and what a patch tries, has no power and reaches nothing",
    arguments: TestServer.either()
  )
  func hostile(server: TestServer) throws {
    let own = try OwnServer(on: server)
    try Connection.open(own.settings()).execute("CREATE DATABASE prod")
    let database = own.settings("prod")
    let user = try Drydock(on: server)
    let trace = "\(user.temporary)/ran"
    try HostileContent(trace: trace).fill(database, on: server)
    try user.backup(database)
    let listener = try LoopbackServer { _ in .reset }
    // Somebody does answer there, so that being refused shows another network.
    let answer = #expect(throws: PostgresError.self) {
      try Connection.open(
        ConnectionSettings(parsing: "host=127.0.0.1 port=\(listener.port) user=u dbname=d")
      )
    }
    #expect(answer?.message.contains("refused") == false, "\(String(describing: answer))")
    let patch = HostilePatch(
      production: database.keywords["host"] ?? "",
      port: listener.port,
      trace: trace
    )
    try user.write(patch: "0001_hostile.sql", patch.text)
    let run = try user.run(
      ["gate", "--database", database.argument, "--json"],
      secrets: [HostileContent.secret]
    )
    #expect(run.code == 5, "\(run)")
    let seen = try lines(of: run)
    for trap in HostileContent.traps {
      #expect(seen.contains("\(trap): superuser false"), "\(trap) is not seen: \(seen)")
    }
    #expect(seen.filter { $0.contains("superuser true") || $0.contains("RAN") } == [])
    for attempt in patch.attempts {
      let said = seen.filter { $0.hasPrefix("\(attempt.name) is ") }
      #expect(said.count == 1 && said.allSatisfy(isRefusal), "\(attempt.name): \(said)")
    }
    let network = seen.first { $0.hasPrefix("network is ") } ?? ""
    #expect(
      ["refused", "unreachable"].contains { network.dropFirst(20).contains($0) },
      "\(network)"
    )
    // Jobs are rows like others; whoever would run them is a library that is not loaded.
    for fact in ["subscriptions: 0", "mappings: 0", "jobs: 1", "libraries: "] {
      #expect(seen.contains(fact), "\(fact): \(seen)")
    }
    #expect(try user.leftovers() == [])
  }

  /// Each message is one of the server about rights, or one that there is nobody to reach.
  private func isRefusal(_ line: String) -> Bool {
    [
      "permission denied", "must be superuser", "has no handler", "must be owner",
      "must be able to SET ROLE", "only superuser", "Only superuser", "password is required",
      "password or GSSAPI delegated credentials required", "could not establish connection",
      "returned no rows", "must have admin option", "access to library",
    ].contains { line.contains($0) }
  }

  /// What the patch told at its end.
  private func lines(of run: Run) throws -> [String] {
    let start = try #require(run.output.range(of: "spied: "), "\(run)")
    let text = run.output[start.upperBound...].prefix { $0 != "\"" }
    return text.split(separator: "|").map(String.init)
  }

  @Test("A role of production cannot share a name with one of the scratch's own")
  func names() throws {
    let own = try OwnServer(on: .v15)
    let database = own.settings()
    try Connection.open(database).execute("CREATE ROLE drydock_scratch_loader SUPERUSER")
    let user = try Drydock(on: .v15)
    try user.backup(database)
    try user.write(patch: "0001_a.sql", "CREATE TABLE a ();\n")
    let run = try user.run(["gate", "--database", database.argument])
    #expect(run.code == 3, "\(run)")
    #expect(run.errors.contains("drydock_scratch_loader"), "\(run)")
    #expect(run.missingOfError == [], "\(run)")
    #expect(try user.leftovers() == [])
  }
}
