public import HTTP

/// Where a monitoring service waits to hear from a task.
///
/// The path is often all that proves who calls, so nothing but the server's name is ever shown.
public struct PingAddress: Sendable, Equatable, CustomStringConvertible {
  /// What stands for the task's name in an address.
  public static let placeholder = "{task}"

  private let text: String
  private let server: String

  /// Reads an address: https, or http to this machine; `{task}` stands for the task's name.
  public init(parsing text: String) throws(HTTPFailure) {
    let isPlain = text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    guard isPlain else { throw HTTPFailure(.address, "it has characters that no address has") }
    let start = text.firstRange(of: "://")?.upperBound ?? text.startIndex
    let end = text[start...].firstIndex { "/?#".contains($0) } ?? text.endIndex
    server = try HTTPAddress(parsing: String(text[..<end])).description
    self.text = text
  }

  /// The address for a task.
  func url(for task: ScheduledTask) -> String {
    text.replacing(Self.placeholder, with: task.rawValue)
  }

  /// The server alone: `https://hc.example.org`.
  public var description: String { server }
}
