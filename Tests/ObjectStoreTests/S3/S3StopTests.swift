import Cryptography
import HTTP
import Synchronization
import TestSupport
import Testing

@testable import ObjectStore

@Suite("A store in a bucket gives up what nobody waits for any more")
struct S3StopTests {
  /// Whether somebody asked to stop.
  private final class Flag: Sendable {
    private let value = Mutex(false)
    var isSet: Bool { value.withLock { $0 } }
    func set() { value.withLock { $0 = true } }
  }

  private let flag = Flag()
  private let name = ObjectName(components: "packs", "ab", "abcd")

  private func store(
    _ service: FakeS3,
    grace: Duration = .seconds(60),
    pause: @escaping @Sendable (Duration, @Sendable () -> Bool) -> Void = { _, _ in }
  ) throws -> S3Store {
    S3Store(
      try S3Location(parsing: "s3://\(FakeS3.name)/fleet"),
      S3Service(endpoint: try HTTPAddress(parsing: service.address)),
      .given(S3Credentials(accessKey: FakeS3.accessKey, secret: Secret(text: FakeS3.secret))),
      HTTPClient(.init(stall: .seconds(10))),
      S3Retry(attempts: 4, pause: pause),
      S3Clock.now,
      S3Stop(grace: grace) { [flag] in flag.isSet }
    )
  }

  @Test("A request that hangs")
  func hanging() throws {
    let service = try FakeS3 { [flag] _, _ in
      flag.set()
      return .silence
    }
    #expect(throws: CancellationError.self) { try store(service).get(name) }
    #expect(service.requests.count == 1)
  }

  @Test("The pause before the next attempt, also of a part that came back short, and of a listing")
  func pause() throws {
    let calls: [(FakeS3.Fault, (S3Store) throws -> Void)] = [
      (.refuse(503, "SlowDown"), { _ = try $0.get(name) }),
      (.shorten, { _ = try $0.get(name, range: 0..<2) }), (.shorten, { _ = try $0.list("") }),
    ]
    for (fault, call) in calls {
      let trial = S3StopTests()
      let service = try FakeS3 { request, _ in request.method == "GET" ? fault : .none }
      let store = try trial.store(service) { [flag = trial.flag] _, _ in flag.set() }
      try store.put(name, [1, 2])
      #expect(throws: CancellationError.self) { try call(store) }
      #expect(service.requests.count { $0.method == "GET" } == 1)
    }
  }

  @Test("Whoever tidies up afterwards has one attempt for each request, for a moment")
  func tidying() throws {
    let pauses = Mutex(0)
    let service = try FakeS3 { request, _ in
      request.method == "DELETE" ? .refuse(503, "SlowDown") : .none
    }
    let counting = try store(service) { _, _ in pauses.withLock { $0 += 1 } }
    try counting.put(name, [1])
    flag.set()
    #expect(try counting.size(of: name) == 1)
    #expect(throws: (any Error).self) { try counting.delete(name) }
    #expect(pauses.withLock { $0 } == 0)
    #expect(service.requests.count { $0.method == "DELETE" } == 1)

    let count = service.requests.count
    let late = try store(service, grace: .zero)
    #expect(throws: CancellationError.self) { try late.size(of: name) }
    #expect(service.requests.count == count)
  }

  @Test("A real pause ends at once when there is nothing to wait for")
  func clock() { S3Clock.pause(.seconds(3600)) { true } }
}
