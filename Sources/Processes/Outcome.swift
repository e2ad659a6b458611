public import Problems

/// What a child left behind: how it ended and what it wrote.
public struct Outcome: Sendable {
  /// The program that ran, as it was named.
  public let program: String
  /// How it ended.
  public let status: ExitStatus
  /// Standard output, when it was captured; empty otherwise.
  public let output: [UInt8]
  /// The end of standard error, at most 64 KiB, where a program says why it failed.
  public let errors: String

  /// Standard output as text; bytes that are no UTF-8 become replacement characters.
  public var text: String { String(decoding: output, as: UTF8.self) }

  /// Passes the outcome on when the child succeeded.
  ///
  /// Throws `processes.failed` with the last lines of standard error when it did not.
  @discardableResult
  public func checked() throws(Problem) -> Outcome {
    guard !status.isSuccess else { return self }
    let lastLines = errors.split(separator: "\n").suffix(10).joined(separator: "\n")
    throw Problem(
      code: "processes.failed",
      "\(program) failed with \(status)",
      reason: lastLines.isEmpty ? nil : lastLines
    )
  }
}
