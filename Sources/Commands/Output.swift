internal import Problems
public import Reports
internal import Synchronization
public import Terminal

/// Where a command's words go: a standard stream, or the memory of a test.
///
/// The first write that fails is remembered and everything after it is dropped; the program asks
/// for `failure` at its end, so that no lost output ends in success.
public final class Output: Sendable {
  /// Whether a person reads it.
  public let isTerminal: Bool
  /// The number of columns, if there is a width to keep; asked anew each time, since windows change.
  public var width: Int? { fixedWidth ?? stream.flatMap { Terminal.width($0) } }
  /// How texts look.
  public let style: Style

  private let stream: Terminal.Stream?
  private let fixedWidth: Int?
  private let state = Mutex(State())

  private struct State {
    var captured: [UInt8] = []
    var failure: Int32?
  }

  /// Writes to a stream of the process.
  public init(_ stream: Terminal.Stream, environment: [String: String]) {
    self.stream = stream
    isTerminal = Terminal.isTerminal(stream)
    fixedWidth = nil
    style = .suited(isTerminal: isTerminal, environment: environment)
  }

  /// Keeps everything in memory.
  public init(capturing isTerminal: Bool = false, width: Int? = nil, style: Style = .plain) {
    stream = nil
    self.isTerminal = isTerminal
    fixedWidth = width
    self.style = style
  }

  /// Writes a text as it is.
  public func write(_ text: String) { write(bytes: Array(text.utf8)) }

  /// Writes a text and ends the line.
  public func line(_ text: String) { write(text + "\n") }

  /// Writes bytes as they are.
  public func write(bytes: [UInt8]) {
    state.withLock { state in
      guard let stream else { return state.captured += bytes }
      guard state.failure == nil else { return }
      state.failure = Terminal.write(bytes, to: stream)
    }
  }

  /// Throws if any write failed, so that long work can stop early.
  public func check() throws {
    guard let failure = state.withLock({ $0.failure }) else { return }
    throw Problem(
      code: "output.lost",
      "The output could not be written",
      reason: Terminal.explanation(of: failure)
    )
  }

  /// Everything that was kept in memory.
  public var captured: String {
    state.withLock { String(decoding: $0.captured, as: UTF8.self) }
  }
}
