import Foundation
import Schedule
import Synchronization
import Testing

@Suite("A plan in the foreground")
struct PlanLoopTests {
  /// What was run, and when, in UTC to the minute.
  private final class Runs: Sendable {
    private let list = Mutex<[String]>([])
    var all: [String] { list.withLock { $0 } }
    func add(_ task: ScheduledTask, _ date: Date) {
      list.withLock { $0.append("\(task.rawValue) \(date.formatted(.iso8601))") }
    }
  }

  private func plan() throws -> TaskPlan {
    TaskPlan([
      .init(.backup, .every(minutes: 60)),
      .init(.forget, .at([try #require(TimeOfDay("03:00"))], .all)),
    ])
  }

  /// Runs a plan from 01:30 on, until it has run so many tasks.
  private func runs(
    _ count: Int,
    since last: [ScheduledTask: Date] = [:],
    delay: Duration = .zero
  ) async throws -> [String] {
    let time = try FakeTime("2026-11-22T01:30:00Z")
    let runs = Runs()
    let loop = PlanLoop(try plan(), on: LocalClock { _ in 0 }, delay: delay, time.clock)
    let work = Task {
      await loop.run(since: last) { entry in runs.add(entry.task, time.now) }
    }
    while runs.all.count < count { await time.step(whenWaiting: 2) }
    work.cancel()
    await work.value
    return runs.all
  }

  @Test("Each task is run when it is due, and what never ran waits for its time")
  func due() async throws {
    #expect(
      try await runs(3).sorted() == [
        "backup 2026-11-22T02:00:00Z", "backup 2026-11-22T03:00:00Z", "forget 2026-11-22T03:00:00Z",
      ]
    )
  }

  @Test("What was missed is run once, at once, and then at its time again")
  func missed() async throws {
    let last = try Date("2026-11-19T03:00:10Z", strategy: .iso8601)
    #expect(
      try await runs(4, since: [.forget: last]).sorted() == [
        "backup 2026-11-22T02:00:00Z", "backup 2026-11-22T03:00:00Z",
        "forget 2026-11-22T01:30:00Z", "forget 2026-11-22T03:00:00Z",
      ]
    )
  }

  @Test("What ran in time is not run again at the start")
  func recent() async throws {
    let last = try Date("2026-11-22T01:00:10Z", strategy: .iso8601)
    #expect(try await runs(1, since: [.backup: last]) == ["backup 2026-11-22T02:00:00Z"])
  }

  @Test("A clock that was years ahead and is put right keeps no task waiting until then")
  func clockPutRight() async throws {
    let time = try FakeTime("2035-01-01T01:30:00Z")
    let runs = Runs()
    let hourly = TaskPlan([.init(.backup, .every(minutes: 60))])
    let loop = PlanLoop(hourly, on: LocalClock { _ in 0 }, delay: .zero, time.clock)
    let work = Task {
      await loop.run(since: [:]) { entry in runs.add(entry.task, time.now) }
    }
    await time.step(whenWaiting: 1)
    try time.set("2026-11-22T01:30:00Z")
    while runs.all.isEmpty { await time.step(whenWaiting: 1) }
    work.cancel()
    await work.value
    #expect(runs.all == ["backup 2026-11-22T02:00:00Z"])
  }

  @Test("A host with a delay is later by it each time")
  func delayed() async throws {
    #expect(
      try await runs(3, delay: .seconds(240)).sorted() == [
        "backup 2026-11-22T02:04:00Z", "backup 2026-11-22T03:04:00Z", "forget 2026-11-22T03:04:00Z",
      ]
    )
  }

  @Test("A task that takes long keeps no other one out, and is not run beside itself")
  func long() async throws {
    let time = try FakeTime("2026-11-22T02:30:00Z")
    let runs = Runs()
    let loop = PlanLoop(try plan(), on: LocalClock { _ in 0 }, delay: .zero, time.clock)
    let work = Task {
      await loop.run(since: [:]) { entry in
        runs.add(entry.task, time.now)
        // Forgetting takes two and a half hours.
        if entry.task == .forget { try? await time.clock.pause(.seconds(9000)) }
      }
    }
    while runs.all.count < 4 { await time.step(whenWaiting: 2) }
    work.cancel()
    await work.value
    #expect(
      runs.all.filter { $0.hasPrefix("backup") } == [
        "backup 2026-11-22T03:00:00Z", "backup 2026-11-22T04:00:00Z", "backup 2026-11-22T05:00:00Z",
      ]
    )
  }

  @Test("Two hosts differ in their delay, one is the same each time, and none is beyond the jitter")
  func delays() throws {
    var plan = try plan()
    plan.jitter = .seconds(300)
    let delays = try (1...50).map { try plan.delay(host: "db\($0)", plan: "default") }
    #expect(Set(delays).count > 30)
    #expect(delays.allSatisfy { $0 >= .zero && $0 <= .seconds(300) })
    #expect(try plan.delay(host: "db1", plan: "default") == delays[0])
    plan.jitter = .zero
    #expect(try plan.delay(host: "db1", plan: "default") == .zero)
  }
}
