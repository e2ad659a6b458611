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
  /// Time left is what remains at the phase's own rate; it appears after two seconds, when the rate
  /// begins to mean something. A phase without bytes shows for how long it has lasted instead.
  ///
  /// - Parameters:
  ///   - elapsed: The time since the phase began.
  ///   - start: The bytes that were done when it began.
  /// - Returns: The line, without its end.
  public func line(elapsed: Duration, since start: Int64 = 0) -> String {
    let new = bytes - start
    var parts = [subject.isEmpty ? phase : "\(phase) \(Printable.line(subject))"]
    if let totalBytes, totalBytes > 0 {
      parts.append(Quantity.percent(bytes, of: totalBytes))
      parts.append("\(Quantity.bytes(bytes)) of \(Quantity.bytes(totalBytes))")
    } else if bytes > 0 {
      parts.append(Quantity.bytes(bytes))
    }
    if let rows { parts.append(Quantity.count(rows, "row", "rows")) }
    if new > 0 { parts.append(Quantity.rate(bytes: new, in: elapsed)) }
    if let left = timeLeft(new, elapsed) { parts.append("\(Quantity.duration(left)) left") }
    if new == 0, elapsed >= .seconds(2) { parts.append(Quantity.duration(elapsed)) }
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

  private func timeLeft(_ new: Int64, _ elapsed: Duration) -> Duration? {
    guard let totalBytes, new > 0, bytes < totalBytes, elapsed >= .seconds(2) else { return nil }
    return elapsed * (Double(totalBytes - bytes) / Double(new))
  }
}
