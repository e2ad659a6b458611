import Foundation
import Postgres
import Processes
import TestSupport
import Testing

@Suite("The scratch server is hostile ground")
struct ScratchTests {
  private static let secrets = [
    "AWS_SECRET_ACCESS_KEY": "aws-never-leaks", "PGPASSWORD": "password-never-leaks",
  ]

  /// Runs the gate with credentials in the environment, none of which may be seen.
  private func gate(_ user: Drydock, _ database: ConnectionSettings) throws -> Run {
    try user.run(
      ["gate", "--database", database.argument],
      Self.secrets,
      secrets: Array(Self.secrets.values)
    )
  }

  @Test("COPY FROM PROGRAM in a patch is refused by name", arguments: TestServer.either())
  func program(server: TestServer) throws {
    try withDatabase(on: server) { database in
      let user = try Drydock(on: server)
      try Connection.open(database).execute("CREATE TABLE t (line text)")
      try user.backup(database)
      try user.write(patch: "0001_env.sql", "COPY t FROM PROGRAM 'env';\n")
      let plain = try gate(user, database)
      #expect([3, 5].contains(plain.code), "\(plain)")
      #expect((plain.errors + plain.output).contains("0001_env.sql"), "\(plain)")
      #expect(try user.leftovers() == [])
    }
  }

  @Test(
    "The server has no credentials, no network and no root; what a killed run leaves goes with the next"
  )
  func processes() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      try Connection.open(database).execute("CREATE TABLE t (line text)")
      try user.backup(database)
      try user.write(patch: "0001_slow.sql", "SELECT pg_sleep(120);\n")
      let child = try user.invocation(
        ["gate", "--database", database.argument],
        Self.secrets
      ).start()
      let backend = try waitForSleeper(of: child, user)
      for secret in [user.passphrase] + Self.secrets.values {
        #expect(!backend.environment.contains(secret))
      }
      #expect(try network(of: "\(backend.pid)") == ["lo"])
      let owner = try Invocation("stat", ["-c", "%u", "/proc/\(backend.pid)"]).run().checked().text
      if try Invocation("id", ["-u"]).run().text == "0\n" { #expect(owner != "0\n") }
      child.signal(.kill)
      _ = try child.wait(timeLimit: .seconds(10))
      #expect(try user.leftovers() != [])
      // On a busy machine the orphaned server takes its time to notice that its owner is gone, and
      // its first process ends last.
      let isRunning = { (process: ProcessTable) in
        process.pid == backend.pid || process.command.contains(user.temporary)
      }
      for _ in 0..<600 where try ProcessTable.now().contains(where: isRunning) {
        Thread.sleep(forTimeInterval: 0.1)
      }
      try user.write(patch: "0001_slow.sql", "SELECT 1;\n")
      try user.run(["gate", "--database", database.argument]).require(0)
      #expect(try user.leftovers() == [])
      let alive = try ProcessTable.now().filter { $0.command.contains(user.temporary) }
      #expect(alive.map(\.command) == [])
    }
  }

  /// The postmaster of the scratch server, once a patch runs in it.
  private func waitForSleeper(of child: Child, _ user: Drydock) throws -> ProcessTable {
    while child.status == nil {
      let processes = try ProcessTable.now()
      for postmaster in processes where postmaster.command.contains("-D\0\(user.temporary)") {
        // The backend's title is its only argument: `... postgres [local] SELECT`.
        let busy = processes.contains {
          $0.parent == postmaster.pid && $0.command.contains("[local] SELECT")
        }
        if busy { return postmaster }
      }
    }
    Issue.record("the gate ended before it slept")
    return ProcessTable(pid: child.pid, parent: 0, command: "", environment: "")
  }

  /// The names of the interfaces that a process sees.
  private func network(of pid: String) throws -> [String] {
    ProcessTable.content("/proc/\(pid)/net/dev").split(separator: "\n").dropFirst(2).compactMap {
      $0.split(separator: ":").first.map { $0.filter { $0 != " " } }
    }
  }
}
