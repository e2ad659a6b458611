public import FoundationEssentials

/// What is remembered of the last run of a task.
public struct TaskRecord: Sendable, Equatable, Codable {
  /// How a run ended.
  public enum Result: String, Sendable, Codable {
    /// It did what it should.
    case done
    /// It did not.
    case failed
    /// Somebody stopped it.
    case interrupted
  }

  /// The task.
  public var task: ScheduledTask
  /// When the run began.
  public var started: Date
  /// When it ended.
  public var ended: Date
  /// How it ended.
  public var result: Result
  /// The exit status of its command.
  public var exit: Int32
  /// How often it was tried.
  public var attempts: Int
  /// The stable code of what went wrong.
  public var code: String?
  /// What went wrong, in a sentence.
  public var summary: String?
  /// When the last run ended that did what it should, this one included.
  public var lastSuccess: Date?

  private enum CodingKeys: String, CodingKey {
    case task, started, ended, result, exit, attempts, code, summary
    case lastSuccess = "last_success"
  }

  /// Makes a record.
  public init(
    task: ScheduledTask,
    started: Date,
    ended: Date,
    result: Result,
    exit: Int32,
    attempts: Int
  ) {
    self.task = task
    self.started = started
    self.ended = ended
    self.result = result
    self.exit = exit
    self.attempts = attempts
  }

  /// Reads what was written.
  init(decoding bytes: [UInt8]) throws {
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    self = try decoder.decode(TaskRecord.self, from: Data(bytes))
  }

  /// The record as JSON, with times in UTC.
  func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.dateEncodingStrategy = .iso8601
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
  }
}
