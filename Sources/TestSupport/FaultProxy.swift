internal import HTTP
internal import Synchronization

/// A proxy on this machine in front of a real service, which does to requests what a plan says.
///
/// It passes on what it gets as it is, the host's name too, so that signatures stay right.
public final class FaultProxy: Sendable {
  /// What it has done so far.
  public struct Record: Sendable {
    /// How many requests have come.
    public var requests = 0
    /// How often each fault was injected, by its name.
    public var faults: [String: Int] = [:]
  }

  /// Apart from the server, whose threads must not keep the proxy alive.
  private final class Tally: Sendable {
    let record = Mutex(Record())
  }

  /// What is passed back of an answer, besides its body.
  private static let fields = [
    "Content-Type", "Content-Range", "Date", "ETag", "Last-Modified", "x-amz-version-id",
    "x-amz-delete-marker",
  ]

  private let tally: Tally
  private let server: LoopbackServer

  /// The proxy's address.
  public var address: String { server.address }

  /// What it has done so far.
  public var record: Record { tally.record.withLock { $0 } }

  /// Starts a proxy.
  ///
  /// - Parameters:
  ///   - service: The address of the real service.
  ///   - plan: Decides for each request, by its number from 1, and may do other things meanwhile.
  /// - Throws: `tests.no-server` when no socket can be opened.
  public init(
    to service: String,
    plan: @escaping @Sendable (LoopbackServer.Request, Int) -> FakeS3.Fault
  ) throws {
    let tally = Tally()
    self.tally = tally
    let client = HTTPClient(.init(stall: .seconds(600)))
    server = try LoopbackServer { request in
      let number = tally.record.withLock { record in
        record.requests += 1
        return record.requests
      }
      let fault = plan(request, number)
      let word = "\(fault)".prefix { $0 != "(" }
      if word != "none" { tally.record.withLock { $0.faults[String(word), default: 0] += 1 } }
      return fault.reply { Self.answer(of: service, to: request, client) }
    }
  }

  /// The service's own answer; nil where it gave none.
  private static func answer(
    of service: String,
    to request: LoopbackServer.Request,
    _ client: HTTPClient
  ) -> LoopbackServer.Answer? {
    guard let method = HTTPRequest.Method(rawValue: request.method) else { return nil }
    let passed = request.fields.filter { !["content-length", "connection"].contains($0.key) }
    let forwarded = HTTPRequest(
      method,
      service + request.target,
      headers: passed.sorted { $0.key < $1.key }.map { .init($0.key, $0.value) },
      body: request.body,
      responseLimit: 1 << 30,
      timeLimit: .seconds(600)
    )
    // To its client a proxy whose service is gone is a connection that breaks.
    guard let response = try? client.send(forwarded) else { return nil }
    var answer = LoopbackServer.Answer(response.status, [:], response.body)
    for field in fields { answer.fields[field] = response[field] }
    if method == .head { answer.fields["Content-Length"] = response["Content-Length"] }
    return answer
  }
}
