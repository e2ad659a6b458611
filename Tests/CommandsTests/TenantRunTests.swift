import Postgres
import Problems
import Rehearsal
import Reports
import Testing

@testable import Commands
@testable import Migration

@Suite("What came of many tenants")
struct TenantRunTests {
  private struct Unknown: Error {}

  /// One that is done, one that ends as it is told, and one that would be next.
  private func run(_ error: any Error) async throws -> TenantRun {
    var run = TenantRun(.up, stopsAtFailure: false)
    let tenants = try ["one", "two", "three"].map {
      Tenant(settings: try ConnectionSettings(parsing: $0))
    }
    let outcome = PatchOutcome(
      version: try #require(Version("0001")),
      name: "0001_a",
      position: 1,
      statements: 1,
      attempts: 1,
      seconds: 0
    )
    await run.add(tenants[0]) { [outcome] }
    await run.add(tenants[1]) { throw error }
    await run.add(tenants[2]) { [] }
    return run
  }

  @Test("An interruption leaves the rest alone and loses nothing of what is known")
  func interruption() async throws {
    let run = try await run(CancellationError())
    #expect(run.status == .interrupted)
    #expect(run.report.text().contains("1 of 3 done, 1 failed, 1 left alone."))
  }

  @Test("An error that nobody knows is the failure of one tenant")
  func surprise() async throws {
    let run = try await run(Unknown())
    #expect(run.status == .partial)
    let text = run.report.text()
    #expect(text.contains("failed: internal.unexpected-error"))
    #expect(text.contains("2 of 3 done, 1 failed, 0 left alone."))
  }

  @Test("A failure is told with its reason, facts and hint, to people and to programs")
  func words() async throws {
    let problem = Problem(
      .partial,
      code: "migrate.test",
      "it failed",
      reason: "a reason",
      facts: [.init("applied before", "0001_a")],
      hint: "Do this."
    )
    let run = try await run(problem)
    #expect(run.status == .partial)
    let text = run.report.text()
    for part in ["changed in part: migrate.test", "a reason", "applied before: 0001_a", "Do this."]
    {
      #expect(text.contains(part), "\(text)")
    }
    let failed = run.report.json["tenants"]?.elements?[1]
    #expect(failed?["reason"]?.text == "a reason")
    #expect(failed?["hint"]?.text == "Do this.")
    #expect(failed?["facts"]?.elements?.first?["value"]?.text == "0001_a")
  }

  @Test("A tenant in part is a change in part, although no tenant is done")
  func partial() async throws {
    var run = TenantRun(.up, stopsAtFailure: false)
    let tenant = Tenant(settings: try ConnectionSettings(parsing: "one"))
    await run.add(tenant) { throw Problem(.failed, code: "a", "it failed") }
    #expect(run.status == .failed)
    await run.add(tenant) { throw Problem(.partial, code: "b", "it stopped") }
    #expect(run.status == .partial)
  }
}
