import Files
import Foundation
import Problems
import Synchronization
import TestSupport
import Testing

@testable import Schedule

@Suite("Pings to a monitoring service")
struct PingTests {
  /// A service that writes down what it is told.
  private final class Service: Sendable {
    private let heard = Mutex<[LoopbackServer.Request]>([])
    private let answers: Mutex<[Int]>

    /// Answers with these status codes, then with 200.
    init(_ answers: [Int] = []) { self.answers = Mutex(answers) }

    var lines: [String] {
      heard.withLock { $0.map { "\($0.method) \($0.target)" } }
    }
    var lastBody: String { heard.withLock { String(decoding: $0.last?.body ?? [], as: UTF8.self) } }

    func start() throws -> String {
      try LoopbackServer { request in
        self.heard.withLock { $0.append(request) }
        let status = self.answers.withLock { $0.isEmpty ? 200 : $0.removeFirst() }
        return .answer(.init(status))
      }.address
    }
  }

  private func pings(_ address: String) throws -> Pings {
    var pings = Pings()
    pings.start = try PingAddress(parsing: "\(address)/k3y/{task}/start")
    pings.success = try PingAddress(parsing: "\(address)/k3y/{task}")
    pings.failure = try PingAddress(parsing: "\(address)/k3y/{task}/fail?why=log")
    return pings
  }

  private func run(_ pings: Pings, _ attempt: Attempt) async throws -> TaskOutcome {
    let place = try TemporaryDirectory(prefix: "drydock-schedule")
    let identity = PlanIdentity(profile: nil, repository: "/srv/r", database: "shop")
    let time = try FakeTime("2026-11-22T02:15:00Z", isEager: true)
    var plan = TaskPlan([.init(.backup, .every(minutes: 60))])
    plan.limit = .unlimited
    var run = TaskRun(
      .backup,
      of: plan,
      try TaskJournal(of: identity, in: place.path),
      time.clock
    )
    run.pings = pings
    return try await run.run { attempt }
  }

  private static let failure = Attempt(
    exit: 1,
    problem: Problem(code: "postgres.gone", "the database is gone"),
    log: "read 3 tables\n"
  )

  @Test("A success tells that it begins and that it ended well")
  func success() async throws {
    let service = Service()
    let outcome = try await run(try pings(try service.start()), Attempt(exit: 0))
    #expect(outcome.troubles.isEmpty)
    #expect(service.lines == ["GET /k3y/backup/start", "GET /k3y/backup"])
  }

  @Test("A failure sends the end of the log")
  func failed() async throws {
    let service = Service()
    _ = try await run(try pings(try service.start()), Self.failure)
    #expect(service.lines == ["GET /k3y/backup/start", "POST /k3y/backup/fail?why=log"])
    #expect(service.lastBody.hasSuffix("read 3 tables\nthe database is gone\n"))
  }

  @Test("A long log is sent from the beginning of a line")
  func end() {
    let log = (1...5000).map { "line \($0)\n" }.joined()
    let end = Pings.end(of: log)
    #expect(end.hasPrefix("line ") && end.hasSuffix("line 5000\n") && log.hasSuffix(end))
    #expect(end.utf8.count <= Pings.bodyLimit && end.utf8.count > Pings.bodyLimit - 20)
    #expect(Pings.end(of: "short\n") == "short\n")
  }

  @Test("A service that stumbles is told again; one that refuses is not")
  func tries() async throws {
    let stumbling = Service([200, 503, 500])
    let outcome = try await run(try pings(try stumbling.start()), Attempt(exit: 0))
    #expect(outcome.troubles.isEmpty && stumbling.lines.count == 4)
    let refusing = Service([200, 404])
    let refused = try await run(try pings(try refusing.start()), Attempt(exit: 0))
    #expect(refusing.lines.count == 2)
    #expect(refused.problem == nil && refused.record.result == .done)
    #expect(refused.troubles.count == 1 && refused.troubles[0].contains("it answered 404"))
  }

  @Test("A ping that fails names the server, and never the path, which may be a secret")
  func secret() async throws {
    let service = Service([404, 404])
    let address = try service.start()
    let outcome = try await run(try pings(address), Attempt(exit: 0))
    #expect(outcome.troubles.allSatisfy { $0.contains(address) && !$0.contains("k3y") })
    #expect(outcome.troubles.count == 2)
  }

  @Test(
    "Only https, and http to this machine, are addresses",
    arguments: [
      "http://hc.example.org/a", "ftp://hc.example.org", "https://me:word@hc.example.org/a",
      "https://hc.example.org/a b", "https://hc.example.org/\n", "hc.example.org/a", "",
    ]
  )
  func addresses(text: String) throws {
    #expect(throws: (any Error).self) { try PingAddress(parsing: text) }
    #expect(
      try PingAddress(parsing: "https://HC.example.org/Key").description == "https://hc.example.org"
    )
  }
}
