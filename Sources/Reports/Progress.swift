/// How far a long piece of work has come.
public struct Progress: Sendable, Equatable {
  /// What is being done now, in a word or two.
  public var phase: String
  /// What it is being done to; empty if there is nothing to name.
  public var subject: String
  /// Bytes done.
  public var bytes: Int64
  /// All bytes of the work, if known.
  public var totalBytes: Int64?
  /// Rows done; nil where there are none.
  public var rows: Int64?

  /// Makes a state.
  public init(
    phase: String,
    subject: String = "",
    bytes: Int64 = 0,
    totalBytes: Int64? = nil,
    rows: Int64? = nil
  ) {
    self.phase = phase
    self.subject = subject
    self.bytes = bytes
    self.totalBytes = totalBytes
    self.rows = rows
  }

  /// One line: phase, share, bytes, rows, rate, time left.
  ///
  /// Time left is the elapsed time scaled by what remains; it appears after two seconds, when the
  /// rate begins to mean something.
  public func line(elapsed: Duration) -> String {
    var parts = [subject.isEmpty ? phase : "\(phase) \(Printable.line(subject))"]
    if let totalBytes, totalBytes > 0 {
      parts.append(Quantity.percent(bytes, of: totalBytes))
      parts.append("\(Quantity.bytes(bytes)) of \(Quantity.bytes(totalBytes))")
    } else if bytes > 0 {
      parts.append(Quantity.bytes(bytes))
    }
    if let rows { parts.append(Quantity.count(rows, "row", "rows")) }
    if bytes > 0 { parts.append(Quantity.rate(bytes: bytes, in: elapsed)) }
    if let left = timeLeft(elapsed: elapsed) { parts.append("\(Quantity.duration(left)) left") }
    return parts.joined(separator: ", ")
  }

  /// The same for programs, as one line of a stream of events.
  public func event(elapsed: Duration) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("event", "progress"), .init("phase", .string(phase)),
      .init("seconds", .number((elapsed / .milliseconds(1)).rounded() / 1000)),
      .init("bytes", .integer(bytes)),
    ]
    if !subject.isEmpty { members.append(.init("subject", .string(subject))) }
    if let totalBytes { members.append(.init("total_bytes", .integer(totalBytes))) }
    if let rows { members.append(.init("rows", .integer(rows))) }
    return .object(members)
  }

  private func timeLeft(elapsed: Duration) -> Duration? {
    guard let totalBytes, bytes > 0, bytes < totalBytes, elapsed >= .seconds(2) else { return nil }
    return elapsed * (Double(totalBytes - bytes) / Double(bytes))
  }
}
