import Files
import Foundation
import Problems
import Synchronization
import TestSupport
import Testing

@testable import Schedule

@Suite("A run of a task")
struct TaskRunTests {
  /// A plan with a journal in a directory of its own, and hooks that write down what they see.
  private struct Stage {
    let place: TemporaryDirectory
    let journal: TaskJournal
    let time: FakeTime
    var hooks = Hooks()
    var pings = Pings()
    var plan = TaskPlan([.init(.backup, .every(minutes: 60))])

    init() throws {
      place = try TemporaryDirectory(prefix: "drydock-schedule")
      let identity = PlanIdentity(profile: "shop", repository: "/srv/r", database: "shop")
      journal = try TaskJournal(of: identity, in: place.path)
      time = try FakeTime("2026-11-22T02:15:00Z", isEager: true)
      plan.retryAfter = .seconds(60)
      // The time of these tests flies: a limit would be over at once.
      plan.limit = .unlimited
      try write("seen", "")
    }

    func write(_ name: String, _ text: String, mode: UInt32 = 0o600) throws {
      try AtomicFile.write(Array(text.utf8), to: "\(place.path)/\(name)", mode: mode)
    }

    func text(_ name: String) throws -> String {
      String(decoding: try ReadableFile.contents(of: "\(place.path)/\(name)"), as: UTF8.self)
    }

    /// A hook that appends a line to the file `seen`.
    func hook(_ line: String, exit: Int = 0) -> [String] {
      ["/bin/sh", "-c", "echo \"\(line)\" >> '\(place.path)/seen'; exit \(exit)"]
    }

    func run(
      _ task: ScheduledTask = .backup,
      by clock: WallClock? = nil,
      _ work: @escaping @Sendable () async -> Attempt = { Attempt(exit: 0, log: "all well\n") }
    ) async throws -> TaskOutcome {
      var run = TaskRun(task, of: plan, journal, clock ?? time.clock)
      run.hooks = hooks
      run.pings = pings
      run.hookEnvironment = ["PATH": "/usr/bin:/bin", "DRYDOCK_PROFILE": "shop"]
      return try await run.run(work)
    }
  }

  private static let failure = Attempt(
    exit: 1,
    problem: Problem(code: "postgres.gone", "the database is gone"),
    log: "read 3 tables\n"
  )

  @Test("What succeeds is remembered, with its log, and says nothing else")
  func success() async throws {
    let stage = try Stage()
    let outcome = try await stage.run()
    #expect(outcome.problem == nil && outcome.troubles.isEmpty && outcome.warnings.isEmpty)
    let record = try #require(try stage.journal.last(of: .backup))
    #expect(record.result == .done && record.exit == 0 && record.attempts == 1)
    #expect(record.lastSuccess == record.ended)
    let log = try ReadableFile.contents(of: stage.journal.log(of: .backup))
    #expect(String(decoding: log, as: UTF8.self).contains("all well"))
    #expect(try stage.journal.last(of: .verify) == nil)
  }

  @Test("A failure is remembered beside the last success")
  func failed() async throws {
    let stage = try Stage()
    let first = try await stage.run()
    let outcome = try await stage.run { Self.failure }
    #expect(outcome.problem?.code == "postgres.gone")
    let record = try #require(try stage.journal.last(of: .backup))
    #expect(record.result == .failed && record.exit == 1 && record.code == "postgres.gone")
    #expect(record.summary == "the database is gone")
    #expect(record.lastSuccess == first.record.ended)
  }

  @Test("Hooks come in their order, and see what became of the task")
  func hookOrder() async throws {
    var stage = try Stage()
    stage.hooks.before = [
      stage.hook("1 $DRYDOCK_STAGE $DRYDOCK_TASK"), stage.hook("2 of $DRYDOCK_PROFILE"),
    ]
    stage.hooks.after = [
      stage.hook("3 $DRYDOCK_STAGE $DRYDOCK_RESULT $DRYDOCK_EXIT_CODE $DRYDOCK_ATTEMPTS")
    ]
    stage.hooks.failure = [
      stage.hook("4 $DRYDOCK_ERROR_CODE: $DRYDOCK_ERROR; $(cat $DRYDOCK_LOG | grep read)")
    ]
    _ = try await stage.run()
    #expect(try stage.text("seen") == "1 before backup\n2 of shop\n3 after done 0 1\n")
    try stage.write("seen", "")
    _ = try await stage.run { Self.failure }
    #expect(
      try stage.text("seen") == """
        1 before backup
        2 of shop
        3 after failed 1 1
        4 postgres.gone: the database is gone; read 3 tables

        """
    )
  }

  @Test("A hook sees a short list of variables, and no other")
  func environment() async throws {
    var stage = try Stage()
    stage.hooks.after = [
      ["/bin/sh", "-c", "env | cut -d= -f1 | sort | tr '\\n' ' ' > '\(stage.place.path)/seen'"]
    ]
    _ = try await stage.run { Self.failure }
    #expect(
      try stage.text("seen").split(separator: " ").filter {
        !["PWD", "_", "OLDPWD", "SHLVL"].contains($0)
      } == [
        "DRYDOCK_ATTEMPTS", "DRYDOCK_ERROR", "DRYDOCK_ERROR_CODE", "DRYDOCK_EXIT_CODE",
        "DRYDOCK_LOG", "DRYDOCK_PROFILE", "DRYDOCK_RESULT", "DRYDOCK_STAGE", "DRYDOCK_STARTED",
        "DRYDOCK_TASK", "PATH",
      ]
    )
  }

  @Test("A hook before the task that fails keeps it from running; what must follow follows")
  func beforeFails() async throws {
    var stage = try Stage()
    stage.hooks.before = [stage.hook("mount", exit: 3), stage.hook("never")]
    stage.hooks.after = [stage.hook("unmount $DRYDOCK_RESULT")]
    stage.hooks.failure = [stage.hook("tell $DRYDOCK_ERROR_CODE $DRYDOCK_ATTEMPTS")]
    let hasRun = Mutex(false)
    let outcome = try await stage.run {
      hasRun.withLock { $0 = true }
      return Attempt(exit: 0)
    }
    #expect(!hasRun.withLock { $0 })
    #expect(outcome.record.exit == 1 && outcome.problem?.code == "schedule.hook-failed")
    #expect(outcome.problem?.summary.contains("/bin/sh (before) failed with exit status 3") == true)
    #expect(try stage.text("seen") == "mount\nunmount failed\ntell schedule.hook-failed 0\n")
  }

  @Test("A hook after the task that fails is told, and does not undo the success")
  func afterFails() async throws {
    var stage = try Stage()
    stage.hooks.after = [["/bin/sh", "-c", "echo no such service >&2; exit 4"]]
    stage.hooks.failure = [stage.hook("told")]
    let outcome = try await stage.run()
    #expect(outcome.problem == nil && outcome.hasOmissions && outcome.record.result == .done)
    #expect(outcome.troubles.count == 1 && outcome.troubles[0].contains("no such service"))
    #expect(try stage.text("seen") == "told\n")
  }

  @Test("A hook after the task runs although the one before it failed, and so do those who tell")
  func othersFollow() async throws {
    var stage = try Stage()
    stage.hooks.after = [stage.hook("unmount", exit: 4), stage.hook("start")]
    stage.hooks.failure = [stage.hook("mail", exit: 5), stage.hook("page")]
    let outcome = try await stage.run()
    #expect(outcome.hasOmissions && outcome.troubles.count == 2)
    #expect(try stage.text("seen") == "unmount\nstart\nmail\npage\n")
  }

  @Test("A hook that takes too long is ended")
  func slowHook() async throws {
    var stage = try Stage()
    stage.hooks.before = [["/bin/sh", "-c", "exec tail -f /dev/null"]]
    stage.hooks.limit = .milliseconds(300)
    let outcome = try await stage.run()
    #expect(outcome.problem?.code == "processes.timed-out")
  }

  @Test("What may pass is tried again after growing pauses, and the rest is not")
  func retries() async throws {
    let busy = Attempt(exit: 6, problem: Problem(.busy, code: "lease.held", "somebody else works"))
    let count = Mutex(0)
    let stage = try Stage()
    let third = try await stage.run {
      let number = count.withLock { count in
        count += 1
        return count
      }
      return number < 3 ? busy : Attempt(exit: 0)
    }
    #expect(third.problem == nil && third.record.attempts == 3)
    #expect(stage.time.pauses == [60, 120])

    let never = try Stage()
    let last = try await never.run { busy }
    #expect(last.record.attempts == 3 && last.record.exit == 6)
    let hopeless = try Stage()
    #expect(try await hopeless.run { Self.failure }.record.attempts == 1)
    let marked = try Stage()
    let passing = Problem(code: "store.silent", "no answer", isRetryable: true)
    #expect(try await marked.run { Attempt(exit: 1, problem: passing) }.record.attempts == 3)
  }

  @Test("A task never runs beside itself, and says who runs; another one does")
  func overlap() async throws {
    let stage = try Stage()
    let outcome = try await stage.run {
      do {
        _ = try await stage.run()
        return Attempt(exit: 0)
      } catch let problem as Problem {
        #expect(problem.kind == .busy && problem.code == "schedule.task-runs")
        let holder = problem.facts.first { $0.name == "held by" }?.value ?? ""
        #expect(holder.contains("process \(ProcessInfo.processInfo.processIdentifier) on "))
        #expect(holder.contains("since 2026-11-22T02:15:00Z"))
        #expect((try? await stage.run(.verify))?.problem == nil)
        return Attempt(exit: 6, problem: Problem(code: "as.expected", "as expected"))
      } catch {
        return Attempt(exit: 0)
      }
    }
    #expect(outcome.problem?.code == "as.expected")
    #expect(try stage.journal.last(of: .verify)?.result == .done)
    // The lock is gone with the run.
    #expect(try await stage.run().problem == nil)
  }

  @Test("A task is run although it cannot be written down who runs it")
  func unwritableHolder() async throws {
    let stage = try Stage()
    try Directory.create("\(stage.journal.directory)/backup.running")
    let outcome = try await stage.run()
    #expect(outcome.problem == nil && outcome.record.result == .done)
    #expect(outcome.troubles.count == 1 && outcome.troubles[0].hasPrefix("others cannot see who"))
  }

  @Test("One that may wait begins when the other has ended")
  func waiting() async throws {
    let stage = try Stage()
    let claim = Mutex<TaskJournal.Claim?>(try stage.journal.claim(.backup, now: stage.time.now))
    let ends = WallClock(
      now: stage.time.clock.now,
      pause: { _ in claim.withLock { $0 = nil } }
    )
    var run = TaskRun(.backup, of: stage.plan, stage.journal, ends)
    run.waits = true
    #expect(try await run.run { Attempt(exit: 0) }.problem == nil)
  }

  @Test("What is stopped is remembered as that, and what must follow follows")
  func interrupted() async throws {
    var stage = try Stage()
    stage.hooks.after = [stage.hook("after $DRYDOCK_RESULT")]
    let ready = stage
    let work = Task {
      try await ready.run {
        unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
        return Attempt(exit: 130, problem: Problem(.interrupted, code: "interrupted", "stopped"))
      }
    }
    #expect(try await work.value.record.result == .interrupted)
    #expect(try stage.text("seen") == "after interrupted\n")
    #expect(try stage.journal.last(of: .backup)?.result == .interrupted)
  }

  /// What is asked to stop, and does.
  private static let obeying: @Sendable () async -> Attempt = {
    while !Task.isCancelled { await Task.yield() }
    let problem = Problem(.interrupted, code: "interrupted", "stopped")
    return Attempt(exit: 130, problem: problem, log: "read 3 tables\n")
  }

  @Test("What takes longer than it may is stopped, tried again, and told with its limit")
  func timedOut() async throws {
    var stage = try Stage()
    stage.plan.limit = .within(.seconds(7200))
    stage.plan.retries = 1
    stage.hooks.failure = [stage.hook("$DRYDOCK_ERROR_CODE")]
    let now = stage.time.clock.now
    let clock = WallClock(
      now: now,
      pause: { length in
        // All waiting is over at once, but for that in which an attempt may end.
        if length == LimitedAttempt.grace { try await Task.sleep(for: .seconds(3600)) }
      }
    )
    let outcome = try await stage.run(by: clock, Self.obeying)
    #expect(outcome.record.result == .failed && outcome.record.exit == 1)
    #expect(outcome.record.attempts == 2)
    let problem = try #require(outcome.problem)
    #expect(problem.code == "schedule.timed-out" && problem.kind == .failed)
    #expect(problem.summary == "The task backup took longer than 2h and was stopped")
    #expect(problem.hint?.contains("'limit: 48h' into 'backup:'") == true)
    let log = try ReadableFile.contents(of: stage.journal.log(of: .backup))
    #expect(String(decoding: log, as: UTF8.self).contains("read 3 tables"))
    #expect(try stage.text("seen") == "schedule.timed-out\n")
    // The lock is gone with the attempt.
    stage.plan.limit = .unlimited
    #expect(try await stage.run().problem == nil)
  }

  @Test("What does not stop is left alone and heard of, and never runs beside itself")
  func endless() async throws {
    var stage = try Stage()
    stage.plan.entries[0].limit = .within(.seconds(90))
    let (stream, end) = AsyncStream.makeStream(of: Int.self)
    let outcome = try await stage.run {
      // A task of its own, which nobody cancels.
      await Task { for await _ in stream {} }.value
      return Attempt(exit: 0)
    }
    #expect(outcome.problem?.code == "schedule.does-not-end" && outcome.record.attempts == 1)
    #expect(outcome.problem?.summary.contains("took longer than 90s and does not stop") == true)
    stage.plan.entries[0].limit = .unlimited
    let ready = stage
    let error = await #expect(throws: Problem.self) { try await ready.run() }
    #expect(error?.code == "schedule.task-runs")
    end.finish()
    while (try? await ready.run()) == nil { await Task.yield() }
  }

  @Test("Who ends in time, or is stopped by somebody, is not late")
  func inTime() async throws {
    var stage = try Stage()
    stage.plan.limit = .within(.seconds(7200))
    let clock = WallClock(
      now: stage.time.clock.now,
      pause: { _ in try await Task.sleep(for: .seconds(3600)) }
    )
    let ready = stage
    #expect(try await ready.run(by: clock).problem == nil)
    let work = Task { try await ready.run(by: clock, Self.obeying) }
    work.cancel()
    let record = try await work.value.record
    #expect(record.result == .interrupted && record.exit == 130)
  }

  @Test("Two plans that share a repository have two journals")
  func identities() throws {
    let one = PlanIdentity(profile: nil, repository: "/srv/r", database: "shop")
    var other = one
    other.database = "plant"
    #expect(try one.name != other.name && one.name.hasPrefix("default-"))
    other.profile = "../../etc"
    #expect(try other.name.hasPrefix("______etc-"))
  }

  @Test("A record that cannot be read is told, and the next run writes it anew")
  func damagedRecord() async throws {
    let stage = try Stage()
    _ = try await stage.run()
    try AtomicFile.write(Array("{".utf8), to: "\(stage.journal.directory)/backup.json")
    let error = #expect(throws: Problem.self) { try stage.journal.last(of: .backup) }
    #expect(error?.code == "schedule.record-unreadable")
    let outcome = try await stage.run { Self.failure }
    #expect(outcome.troubles.contains { $0.contains("last backup cannot be read") })
    #expect(try stage.journal.last(of: .backup)?.result == .failed)
  }
}
