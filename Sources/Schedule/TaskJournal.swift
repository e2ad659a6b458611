internal import Files
public import FoundationEssentials
internal import Problems

/// The directory in which a plan keeps its locks, its records and the log of each task's last run.
public struct TaskJournal: Sendable {
  /// Held while a task runs; let go of with the last reference, however the process ends.
  public final class Claim: Sendable {
    private let lock: FileLock
    /// Why others cannot read who holds it; nil where they can.
    let trouble: Problem?

    fileprivate init(_ lock: FileLock, _ trouble: Problem?) {
      self.lock = lock
      self.trouble = trouble
    }
  }

  /// Who runs a task, for others to read.
  private struct Holder: Codable {
    var pid: Int32
    var host: String
    var since: String
  }

  /// More of a log than anybody reads of a run that failed.
  private static let logLimit = 1 << 20

  /// Where everything lies.
  public let directory: String

  /// The journal of a plan, in the directory where the machine keeps state; nothing is made yet.
  public init(of plan: PlanIdentity, in stateDirectory: String) throws {
    directory = "\(stateDirectory)/schedule/\(try plan.name)"
  }

  /// The file with what the last run of a task said.
  public func log(of task: ScheduledTask) -> String { "\(directory)/\(task.rawValue).log" }

  /// What is remembered of a task; nil where it was never run.
  ///
  /// - Throws: `schedule.record-unreadable`.
  public func last(of task: ScheduledTask) throws -> TaskRecord? {
    let path = record(of: task)
    let bytes: [UInt8]
    do {
      bytes = try ReadableFile.contents(of: path, limit: 1 << 20)
    } catch let problem as Problem where problem.code == "files.not-found" {
      return nil
    }
    do {
      return try TaskRecord(decoding: bytes)
    } catch {
      throw Problem(
        code: "schedule.record-unreadable",
        "What is remembered of the last \(task.rawValue) cannot be read",
        facts: [.init("file", path)],
        hint: "Remove the file; the next run writes it anew."
      )
    }
  }

  /// Takes the lock of a task, and says who we are.
  ///
  /// - Throws: `schedule.task-runs`, of kind `busy`, with who holds it.
  public func claim(_ task: ScheduledTask, now: Date) throws -> Claim {
    try Directory.create(directory)
    let lock: FileLock
    do {
      lock = try FileLock(path: "\(directory)/\(task.rawValue).lock")
    } catch let problem as Problem where problem.code == "files.locked" {
      throw taken(task)
    }
    let holder = Holder(
      pid: ProcessInfo.processInfo.processIdentifier,
      host: ProcessInfo.processInfo.hostName,
      since: now.formatted(.iso8601)
    )
    let bytes = Array(try JSONEncoder().encode(holder))
    do {
      try AtomicFile.write(bytes, to: self.holder(of: task), durability: .fast)
    } catch let problem as Problem {
      // A full disk is no reason to take no backup: the lock is held.
      return Claim(lock, problem)
    }
    return Claim(lock, nil)
  }

  /// Remembers a run, so that it is known after a loss of power.
  public func remember(_ record: TaskRecord) throws {
    try AtomicFile.write(try record.encoded(), to: self.record(of: record.task))
  }

  /// Keeps the end of what a run said.
  func keep(log: String, of task: ScheduledTask) throws {
    try AtomicFile.write(
      Array(log.utf8.suffix(Self.logLimit)),
      to: self.log(of: task),
      durability: .fast
    )
  }

  private func record(of task: ScheduledTask) -> String { "\(directory)/\(task.rawValue).json" }

  private func holder(of task: ScheduledTask) -> String { "\(directory)/\(task.rawValue).running" }

  private func taken(_ task: ScheduledTask) -> Problem {
    let bytes = try? ReadableFile.contents(of: holder(of: task), limit: 1 << 16)
    let found = bytes.flatMap { try? JSONDecoder().decode(Holder.self, from: Data($0)) }
    let who = found.map { "process \($0.pid) on \($0.host), since \($0.since)" }
    return Problem(
      .busy,
      code: "schedule.task-runs",
      "The task \(task.rawValue) of this plan is running already",
      reason: "a task never runs beside itself",
      facts: [.init("held by", who ?? "a process that has only just begun")],
      hint: "Nothing was done. The next run comes with the plan; --wait waits for this one.",
      isRetryable: true
    )
  }
}
