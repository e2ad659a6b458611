import Files
import Foundation
import Postgres
import Processes
import Synchronization
import TestSupport
import Testing

@Suite("The plan of every day")
struct ScheduleTests {
  /// A user with a database and a plan for it, and hooks that write down what they see.
  private func user(_ source: ConnectionSettings, _ more: String = "") throws -> Drydock {
    let user = try Drydock(on: .v15)
    let text = """
      database: '\(source.argument.replacing("'", with: "''"))'
      keep: {daily: 7}
      schedule:
        backup: {every: 15m}
        forget: {at: "03:00"}
        collect: {at: "03:10"}
        verify: {at: "04:00", level: 2}
        check: {at: "05:00", read_data: 50%}
        retries: 0
        priority: low
      hooks:
        before: [[/bin/sh, -c, 'echo "$DRYDOCK_TASK begins" >> \(user.directory)/seen']]
        after: [[/bin/sh, -c, 'echo "$DRYDOCK_TASK $DRYDOCK_RESULT" >> \(user.directory)/seen; env >> \(user.directory)/environment']]
      \(more)
      """
    try AtomicFile.write(Array(text.utf8), to: plan(of: user))
    return user
  }

  private func plan(of user: Drydock) -> String { "\(user.directory)/plan.yaml" }

  private func schedule(_ user: Drydock, _ words: [String]) throws -> Run {
    try user.run(["schedule", "--config", plan(of: user)] + words)
  }

  private func text(_ path: String) throws -> String {
    String(decoding: try ReadableFile.contents(of: path), as: UTF8.self)
  }

  private struct Overview: Decodable {
    struct Task: Decodable {
      let task: String
      let result: String?
      let last_success: String?
    }

    let directory: String
    let tasks: [Task]
  }

  private func overview(_ user: Drydock) throws -> Overview {
    try schedule(user, ["--json"]).require(0).result(Overview.self)
  }

  @Test("A whole night says nothing, does what its commands do, and is remembered")
  func night() throws {
    try withDatabase(on: .v15) { source in
      try Connection.open(source).execute("CREATE TABLE t AS SELECT generate_series(1, 1000) i")
      let user = try user(source)
      let night = try schedule(user, ["--run", "check,verify,collect,forget,backup"])
      #expect(night.code == 0 && night.output.isEmpty && night.errors.isEmpty, "\(night)")
      let snapshots = try user.run(["snapshots"]).require(0)
      #expect(snapshots.output.contains("level 2"), "\(snapshots)")
      let tasks = try overview(user).tasks
      #expect(tasks.map(\.task) == ["backup", "forget", "collect", "verify", "check"])
      #expect(tasks.allSatisfy { $0.result == "done" && $0.last_success != nil })
      #expect(
        try text("\(user.directory)/seen") == """
          backup begins
          backup done
          forget begins
          forget done
          collect begins
          collect done
          verify begins
          verify done
          check begins
          check done

          """
      )
      let environment = try text("\(user.directory)/environment")
      #expect(!environment.contains(user.passphrase) && environment.contains("DRYDOCK_LOG="))
      let log = try text("\(try overview(user).directory)/backup.log")
      #expect(log.contains("rows      1,000 in 1 table"), "\(log)")
    }
  }

  @Test("A night that fails says why, once, runs nothing more, and tells the service")
  func failedNight() throws {
    let told = Mutex<[String]>([])
    let service = try LoopbackServer { request in
      let body = String(decoding: request.body, as: UTF8.self)
      told.withLock { $0.append("\(request.target) \(body)") }
      return .answer(.init(200))
    }
    try withDatabase(on: .v15) { source in
      let user = try user(
        source.database("no_such_database"),
        "ping: {failure: '\(service.address)/k3y/{task}'}"
      )
      let night = try schedule(user, ["--run", "backup,forget"])
      #expect(night.code == 1 && night.output.isEmpty, "\(night)")
      #expect(night.errors.contains("no_such_database") && night.errors.contains("not run: forget"))
      #expect(night.errors.contains("log: ") && !night.errors.contains("k3y"), "\(night)")
      let words = told.withLock { $0 }
      #expect(words.count == 1, "\(words)")
      let first = try #require(words.first)
      #expect(first.hasPrefix("/k3y/backup ") && first.contains("no_such_database"), "\(first)")
      #expect(try text("\(user.directory)/seen") == "backup begins\nbackup failed\n")
      #expect(try overview(user).tasks.map(\.result) == ["failed", nil, nil, nil, nil])
    }
  }

  @Test("What a task warns of comes through, though it succeeds")
  func warnings() throws {
    try withDatabase(on: .v15) { source in
      try Connection.open(source).execute("CREATE TABLE t AS SELECT generate_series(1, 10) i")
      let user = try user(source)
      try schedule(user, ["--run", "backup"]).require(0)
      try schedule(user, ["--run", "backup"]).require(0)
      // Somebody takes the last snapshot away behind this host's back.
      let last = try #require(try user.objects(in: "snapshots").sorted().last)
      try Directory.removeFile(last)
      let run = try schedule(user, ["--run", "forget"])
      #expect(run.code == 0 && run.errors.hasPrefix("warning: "), "\(run)")
    }
  }

  @Test("In the foreground it makes up for what was missed, and SIGTERM ends it cleanly")
  func foreground() throws {
    try withDatabase(on: .v15) { source in
      try Connection.open(source).execute("CREATE TABLE t AS SELECT generate_series(1, 10) i")
      let user = try user(source)
      try schedule(user, ["--run", "backup"]).require(0)
      // The last backup was days ago, as after a machine was off.
      let record = "\(try overview(user).directory)/backup.json"
      let old = try text(record).replacing(
        /"(started|ended|last_success)" : "[^"]*"/,
        with: { "\"\($0.output.1)\" : \"2026-01-01T00:00:00Z\"" }
      )
      try AtomicFile.write(Array(old.utf8), to: record)
      let log = "\(user.directory)/foreground.log"
      let file = try GrowingFile(path: log)
      let child = try user.invocation(["schedule", "--foreground", "--config", plan(of: user)])
        .start(log: file.descriptor)
      try file.finish()
      let deadline = ContinuousClock.now + .seconds(120)
      while try !text(log).contains("backup done in"), ContinuousClock.now < deadline,
        child.status == nil
      {
        usleep(50_000)
      }
      let words = try text(log)
      #expect(
        words.contains("Z backup every 15m, missed, so it is run now")
          && words.contains("backup done in"),
        "\(words)"
      )
      child.signal(.terminate)
      let status = try child.wait(timeLimit: .seconds(60))
      child.terminate()
      let said = try text(log)
      #expect(status == .exited(0), "\(said)")
      #expect(try overview(user).tasks[0].last_success != "2026-01-01T00:00:00Z")
    }
  }
}
