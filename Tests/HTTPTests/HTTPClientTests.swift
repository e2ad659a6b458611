import HTTP
import Synchronization
import TestSupport
import Testing

@Suite("A client sends what it is given and bounds what it gets")
struct HTTPClientTests {
  private typealias Server = LoopbackServer

  private func failure(
    with client: HTTPClient = HTTPClient(),
    limit: Int = 1 << 20,
    time: Duration = .seconds(20),
    _ reply: Server.Reply
  ) throws -> HTTPFailure.Kind? {
    let server = try Server { _ in reply }
    let request = HTTPRequest(
      .get,
      server.address + "/",
      responseLimit: limit,
      timeLimit: time
    )
    let failure = #expect(throws: HTTPFailure.self) { try client.send(request) }
    return failure?.kind
  }

  @Test("Path, query, fields and body arrive as they were written")
  func verbatim() throws {
    let seen = Mutex<[Server.Request]>([])
    let server = try Server { request in
      seen.withLock { $0.append(request) }
      return .answer(.init(200, ["X-One": " two "], [7]))
    }
    let body = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0) }
    let target = "/a/../b/./c%2Fd//e?x=%20&y"
    let response = try HTTPClient().send(
      HTTPRequest(
        .put,
        server.address + target,
        headers: [.init("X-Three", "four: five"), .init("X-Empty", "")],
        body: body
      )
    )
    #expect(response.status == 200 && response.body == [7])
    #expect(response["x-one"] == "two" && response.contentLength == 1)
    let request = try #require(seen.withLock { $0 }.first)
    #expect(request.method == "PUT" && request.target == target && request.body == body)
    #expect(request.fields["x-three"] == "four: five" && request.fields["x-empty"] == "")
    #expect(request.fields["expect"] == nil && request.fields["content-type"] == nil)
  }

  @Test(
    "Every method works, with an empty body too",
    arguments: [HTTPRequest.Method.get, .head, .put, .post, .delete]
  )
  func methods(method: HTTPRequest.Method) throws {
    let server = try Server { request in
      .answer(.init(200, ["X-Method": request.method], Array("abc".utf8)))
    }
    let response = try HTTPClient().send(HTTPRequest(method, server.address + "/"))
    #expect(response["X-Method"] == method.rawValue)
    #expect(response.body == (method == .head ? [] : Array("abc".utf8)))
    #expect(response.contentLength == 3)
  }

  @Test("A connection is used again, also after an error status; after a failure it is not")
  func reuse() throws {
    let server = try Server { request in
      if request.target == "/reset" { return .reset }
      let status = request.target == "/missing" ? 404 : 200
      return .answer(.init(status, [:], Array("\(request.connection)".utf8)))
    }
    let client = HTTPClient()
    let connection = { (path: String) in
      String(
        decoding: try client.send(HTTPRequest(.get, server.address + path)).body,
        as: UTF8.self
      )
    }
    #expect(try connection("/") == "1")
    #expect(try connection("/missing") == "1")
    #expect(try connection("/") == "1")
    #expect(throws: HTTPFailure.self) { try connection("/reset") }
    #expect(try connection("/") != "1")
  }

  @Test("A request that libcurl repeats by itself on a new connection says so")
  func repeated() throws {
    let count = Mutex(0)
    let server = try Server { _ in
      let number = count.withLock { count in
        count += 1
        return count
      }
      return number == 3 ? .reset : .answer(.init(200))
    }
    let client = HTTPClient()
    let responses = try (1...4).map { _ in
      try client.send(HTTPRequest(.put, server.address + "/", body: [1]))
    }
    #expect(responses.map(\.mayBeRepeated) == [false, false, true, false])
    #expect(count.withLock { $0 } == 5)
  }

  @Test("A redirect is an answer like any other and is not followed")
  func redirect() throws {
    let count = Mutex(0)
    let server = try Server { _ in
      count.withLock { $0 += 1 }
      return .answer(.init(307, ["Location": "/elsewhere"]))
    }
    let response = try HTTPClient().send(HTTPRequest(.get, server.address + "/"))
    #expect(response.status == 307 && response["location"] == "/elsewhere")
    #expect(count.withLock { $0 } == 1)
  }

  @Test("A body that ends early, a reset, and a refused connection are told apart")
  func broken() throws {
    let answer = Server.Answer(200, [:], [UInt8](repeating: 1, count: 1000))
    #expect(try failure(.cut(answer, after: 999)) == .broken)
    #expect(try failure(.cut(answer, after: 0)) == .broken)
    #expect(try failure(.reset) == .broken)
    #expect(try failure(.noise(Array("It works!\r\n\r\n".utf8))) == .broken, "no HTTP at all")
    let server = try Server { _ in .silence }
    let address = "http://127.0.0.1:\(server.port)"
    withExtendedLifetime(server) {}
    let refused = #expect(throws: HTTPFailure.self) {
      try HTTPClient().send(HTTPRequest(.get, address.replacing("127.0.0.1", with: "127.9.9.9")))
    }
    #expect(refused?.kind == .connection)
  }

  @Test("A server that says nothing is a stall, also after the header")
  func stall() throws {
    let client = HTTPClient(.init(stall: .seconds(1)))
    #expect(try failure(with: client, .silence) == .stall)
  }

  @Test("A request that nobody waits for any more is given up, also while nothing moves")
  func stopped() throws {
    let isStopped = Mutex(false)
    let server = try Server { _ in
      isStopped.withLock { $0 = true }
      return .silence
    }
    let request = HTTPRequest(
      .get,
      server.address + "/",
      isStopped: { isStopped.withLock { $0 } }
    )
    // Without the question it would be a stall.
    let client = HTTPClient(.init(stall: .seconds(10)))
    let failure = #expect(throws: HTTPFailure.self) { try client.send(request) }
    #expect(failure?.kind == .stopped)
  }

  @Test("An answer that goes on and on meets the limit on the whole exchange")
  func timeLimit() throws {
    let endless = Server.Answer(200, [:], [UInt8](repeating: 1, count: 1_000_000))
    for (time, reply) in [
      (Duration.seconds(1), Server.Reply.trickle(endless, piece: 1)),
      (.milliseconds(300), .silence),
    ] {
      let server = try Server { _ in reply }
      let request = HTTPRequest(.get, server.address + "/", timeLimit: time)
      let failure = #expect(throws: HTTPFailure.self) { try HTTPClient().send(request) }
      #expect(failure?.kind == .timeLimit, "\(String(describing: failure))")
    }
  }

  @Test("A limit on the rate of sending holds")
  func uploadRate() throws {
    let server = try Server { _ in .answer(.init(200)) }
    let bytes = [UInt8](repeating: 1, count: 300_000)
    let client = HTTPClient(.init(uploadRate: 200_000))
    let start = ContinuousClock.now
    _ = try client.send(HTTPRequest(.put, server.address + "/", body: bytes))
    // No machine is too fast for this: 300 kB at 200 kB/s take more than a second.
    #expect(ContinuousClock.now - start >= .seconds(1))
  }

  @Test("An answer above the limit fails, one at the limit does not")
  func tooLarge() throws {
    let answer = Server.Answer(200, [:], [UInt8](repeating: 1, count: 1000))
    #expect(try failure(limit: 999, .answer(answer)) == .tooLarge)
    let long = String(repeating: "x", count: 70_000)
    #expect(try failure(.answer(.init(200, ["X-Long": long]))) == .tooLarge)
    let server = try Server { _ in .answer(answer) }
    let request = HTTPRequest(.get, server.address + "/", responseLimit: 1000)
    #expect(try HTTPClient().send(request).body.count == 1000)
  }

  @Test("A field that would begin another one is not sent")
  func injection() throws {
    let server = try Server { _ in .answer(.init(200)) }
    let request = HTTPRequest(.get, server.address + "/", headers: [.init("X", "1\r\nY: 2")])
    let failure = #expect(throws: HTTPFailure.self) { try HTTPClient().send(request) }
    #expect(failure?.kind == .other)
  }

  @Test("Which failures may pass by themselves")
  func transient() {
    let transient: [HTTPFailure.Kind] = [.connection, .stall, .timeLimit, .broken]
    let lasting: [HTTPFailure.Kind] = [.address, .security, .stopped, .tooLarge, .other]
    #expect(transient.allSatisfy { HTTPFailure($0, "").isTransient })
    #expect(!lasting.contains { HTTPFailure($0, "").isTransient })
  }
}
