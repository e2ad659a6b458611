internal import HTTP
internal import Postgres

/// Whom to tell that a task begins, has succeeded, or has failed.
public struct Pings: Sendable, Equatable {
  /// What is told.
  public enum Event: Sendable, Equatable {
    /// The task begins.
    case start
    /// It did what it should.
    case success
    /// It did not; with the end of its log.
    case failure(log: String)
  }

  /// Asked with GET when a task begins.
  public var start: PingAddress?
  /// Asked with GET when it has succeeded.
  public var success: PingAddress?
  /// Sent the end of the log with POST when it has failed.
  public var failure: PingAddress?

  /// How much of a log is sent, in bytes.
  static let bodyLimit = 8 << 10
  private static let tries = 3
  private static let timeLimit: Duration = .seconds(10)

  /// Makes pings that tell nobody.
  public init() {}

  /// Tells it, if anybody is to be told.
  ///
  /// - Returns: Why it could not be told, in a sentence, after several tries; nil when all went well.
  func send(_ event: Event, of task: ScheduledTask, _ clock: WallClock) async -> String? {
    guard let (address, request) = request(event, of: task) else { return nil }
    var reason = ""
    for attempt in 1...Self.tries {
      let answer = await Self.answer(to: request)
      guard let (words, isTransient) = answer else { return nil }
      reason = words
      guard isTransient, attempt < Self.tries else { break }
      do { try await clock.pause(.seconds(2)) } catch { break }
    }
    return "the ping to \(address) failed: \(reason)"
  }

  private func request(
    _ event: Event,
    of task: ScheduledTask
  ) -> (address: PingAddress, request: HTTPRequest)? {
    switch event {
    case .start:
      return start.map { ($0, HTTPRequest(.get, $0.url(for: task), timeLimit: Self.timeLimit)) }
    case .success:
      return success.map { ($0, HTTPRequest(.get, $0.url(for: task), timeLimit: Self.timeLimit)) }
    case .failure(let log):
      return failure.map { address in
        let request = HTTPRequest(
          .post,
          address.url(for: task),
          headers: [.init("Content-Type", "text/plain; charset=utf-8")],
          body: Array(Self.end(of: log).utf8),
          timeLimit: Self.timeLimit
        )
        return (address, request)
      }
    }
  }

  /// Whole lines from the end of a log, as many as are sent.
  static func end(of log: String) -> String {
    let bytes = Array(log.utf8)
    guard bytes.count > bodyLimit else { return log }
    let tail = bytes.suffix(bodyLimit)
    let line = tail.firstIndex(of: UInt8(ascii: "\n")).map { tail[($0 + 1)...] } ?? tail
    return String(decoding: line, as: UTF8.self)
  }

  /// Why a request failed, and whether it may succeed later; nil when it was answered as it should be.
  private static func answer(to request: HTTPRequest) async -> (reason: String, isTransient: Bool)?
  {
    do {
      return try await Lane("drydock.ping").run {
        let limits = HTTPClient.Limits(connection: .seconds(5), stall: Self.timeLimit)
        let status = try HTTPClient(limits).send(request).status
        guard !(200...299).contains(status) else { return nil }
        return ("it answered \(status)", status >= 500 || status == 429)
      }
    } catch let failure as HTTPFailure {
      return (failure.reason, failure.isTransient)
    } catch {
      return ("\(error)", false)
    }
  }
}
