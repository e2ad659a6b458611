import Foundation
import Arguments
import ObjectStore
import Problems
import Reports
import Repository
import Synchronization
import TestSupport
import Testing

@testable import Commands

@Suite("A fleet: many databases in one run")
struct FleetTests {
  private static let commands = CommandGroup(
    name: "drydock",
    summary: "Test.",
    sections: [.init("All", [.command(VisitCommand.self)])]
  )

  /// A home whose configuration has a profile for each name, and all of them in the fleet.
  private func sandbox(_ names: [String], _ more: String = "") throws -> Sandbox {
    let sandbox = try Sandbox()
    let profiles = names.map { "  \($0): {database: \($0)}\n" }.joined()
    try sandbox.write(
      "home/.config/drydock/drydock.yaml",
      "fleet: {profiles: [\(names.joined(separator: ", "))]\(more)}\nprofiles:\n\(profiles)"
    )
    return sandbox
  }

  private func run(
    _ line: String,
    _ sandbox: Sandbox
  ) async -> (status: Commands.ExitStatus, output: String, errors: String) {
    let world = sandbox.world()
    let status = await Program(commands: Self.commands, world: world)
      .run(line.split(separator: " ").map(String.init))
    return (status, world.output.captured, world.errors.captured)
  }

  private static let mixed = ["shop", "gone", "old_crm", "torn", "locked", "old_wiki"]

  @Test("A line for each as it ends, then a report by name with the words of what failed")
  func texts() async throws {
    let sandbox = try sandbox(Self.mixed)
    let (status, output, errors) = await run("visit --fleet --concurrency 1", sandbox)
    #expect(status == .damaged)
    try Golden.check(output, "fleet.txt")
    try Golden.check(errors, "fleet-lines.txt")
    let quiet = await run("visit --fleet --quiet", sandbox)
    #expect(quiet.status == .damaged && quiet.errors.isEmpty)
    try Golden.check(quiet.output, "fleet-quiet.txt")
    let json = await run("visit --fleet --concurrency 1 --json", sandbox)
    #expect(json.status == .damaged && json.errors.isEmpty)
    try Golden.check(json.output, "fleet.json")
  }

  @Test("Nothing is said with --quiet where all is well, and all is said to a program")
  func silence() async throws {
    let sandbox = try sandbox(["shop", "crm"])
    let quiet = await run("visit --fleet --quiet", sandbox)
    #expect(quiet.status == .done && quiet.output.isEmpty && quiet.errors.isEmpty)
    let json = await run("visit --fleet --quiet --json", sandbox)
    #expect(json.output.contains("\"event\":\"result\",\"fleet\":\"visit\",\"exit\":0"))
  }

  @Test("The report does not depend on who ends first")
  func order() async throws {
    let sandbox = try sandbox(["a", "b", "gone"])
    let one = await run("visit --fleet --concurrency 1", sandbox)
    // The first waits until all others have come, and so ends after them.
    let visits = Visits { visits, name in if name == "a" { await visits.arrivals(3) } }
    let many = await Visits.$current.withValue(visits) { await run("visit --fleet", sandbox) }
    #expect(many.status == .failed && many.output == one.output)
    #expect(many.errors != one.errors && many.errors.contains("a     done"))
  }

  @Test("As many are at work as may be, and never more", arguments: [1, 2, 5])
  func bound(_ limit: Int) async throws {
    let names = (1...20).map { "m\($0)" }
    let visits = Visits { visits, _ in
      // All that may come are inside at once, and others would have the time to join them.
      await visits.arrivals(limit)
      for _ in 0..<200 { await Task.yield() }
    }
    let sandbox = try sandbox(names, ", concurrency: \(limit)")
    let run = await Visits.$current.withValue(visits) { await self.run("visit --fleet", sandbox) }
    #expect(run.status == .done && visits.most == limit)
    #expect(visits.arrived.sorted() == names.sorted())
  }

  @Test("Whoever asks to stop ends those at work, and no other is begun")
  func cancellation() async throws {
    let sandbox = try sandbox(["a", "b", "c", "d"], ", concurrency: 2")
    let visits = Visits { visits, _ in
      await visits.arrivals(2)
      try await Task.sleep(for: .seconds(3600))
    }
    let world = sandbox.world()
    let work = Task {
      await Visits.$current.withValue(visits) {
        await Program(commands: Self.commands, world: world).run(["visit", "--fleet"])
      }
    }
    await visits.arrivals(2)
    work.cancel()
    #expect(await work.value == .interrupted)
    #expect(visits.arrived.sorted() == ["a", "b"])
    try Golden.check(world.output.captured, "fleet-interrupted.txt")
  }

  @Test("Members whose names differ by bytes alone are two")
  func exactNames() {
    #expect(FleetRoster.repeated(among: ["caf\u{E9}", "cafe\u{301}", "shop"]) == [])
    #expect(FleetRoster.repeated(among: ["shop", "crm", "shop"]) == ["shop"])
  }

  @Test(
    "The exit status is the one that matters most",
    arguments: [
      ([], Commands.ExitStatus.done), ([.done, .done], .done), ([.busy, .busy], .busy),
      ([.done, .omissions], .omissions), ([.busy, .omissions, .done], .busy),
      ([.busy, .failed], .failed), ([.failed, .damaged], .damaged),
      ([.damaged, .interrupted], .interrupted), ([.interrupted, .partial], .partial),
      ([.usage, .refused, .busy], .usage),
    ] as [([Commands.ExitStatus], Commands.ExitStatus)]
  )
  func statuses(_ all: [Commands.ExitStatus], _ gravest: Commands.ExitStatus) {
    #expect(Commands.ExitStatus.gravest(all) == gravest)
  }

  @Test(
    "Every status has its weight: none is taken for done",
    arguments: Commands.ExitStatus.allCases
  )
  func weights(_ status: Commands.ExitStatus) {
    #expect(Commands.ExitStatus.gravest([.done, status]) == status)
  }

  @Test("--only chooses by name, and the environment gives no member another database")
  func narrowing() async throws {
    let sandbox = try sandbox(["shop", "old_crm", "old_wiki", "gone"])
    sandbox.environment["DRYDOCK_DATABASE"] = "torn"
    let visits = Visits()
    let run = await Visits.$current.withValue(visits) {
      await self.run("visit --fleet --only old_* --only shop", sandbox)
    }
    #expect(run.status == .done && run.output.contains("3 of 3 done"))
    #expect(visits.arrived.sorted() == ["old_crm", "old_wiki", "shop"])
  }

  @Test(
    "What cannot be meant is refused before anything is done",
    arguments: [
      ("visit --fleet --database shop", "usage.fleet"), ("visit --only shop", "usage.fleet"),
      ("visit --report html=x.html", "usage.fleet"), ("visit --concurrency 2", "usage.fleet"),
      ("visit --fleet --concurrency 0", "usage.fleet"),
      ("visit --fleet --concurrency 65", "usage.fleet"),
      ("visit --fleet --report sarif=x.sarif", "usage.fleet"),
      ("visit --fleet --only nobody", "usage.fleet"),
      ("visit --fleet --only shop --only biling", "usage.fleet"),
    ]
  )
  func refusals(_ line: String, _ code: String) async throws {
    let visits = Visits()
    let sandbox = try sandbox(["shop"])
    let run = await Visits.$current.withValue(visits) { await self.run("\(line) --json", sandbox) }
    #expect(run.status == .usage && run.errors.contains("\"code\":\"\(code)\""), "\(run.errors)")
    #expect(visits.arrived.isEmpty && run.output.isEmpty)
  }

  @Test("A fleet must be configured, where nobody else may write it, and make sense")
  func configuration() async throws {
    let empty = await run("visit --fleet", try Sandbox())
    #expect(empty.status == .usage && empty.errors.contains("No fleet is configured"))
    for (text, words) in [
      ("fleet: {profiles: [a, a]}", "A profile is in the fleet twice"),
      ("fleet: {concurrency: 65}", "'concurrency' must be from 1 to 64"),
      ("fleet: {profile: [a]}", "Did you mean 'profiles'?"),
      ("fleet: {profiles: [a]}", "There is no profile 'a'"),
      ("fleet: {profiles: [a]}\nprofiles: {a: {jobs: 2}}", "is in the fleet and has no database"),
      ("fleet: {concurrency: 2}", "The fleet has no member"),
    ] {
      let sandbox = try Sandbox()
      try sandbox.write("home/.config/drydock/drydock.yaml", text + "\n")
      let run = await run("visit --fleet", sandbox)
      #expect(run.status == .usage && run.errors.contains(words), "\(run.errors)")
    }
    let checkout = try Sandbox()
    try checkout.write("checkout/drydock.yaml", "fleet: {servers: [host=evil]}\n")
    #expect(await run("visit --fleet", checkout).errors.contains("is not honoured"))
  }

  @Test("A report is written for test runners too")
  func reports() async throws {
    let sandbox = try sandbox(["shop", "gone"])
    let path = sandbox.root.appendingPathComponent("fleet.xml").path
    #expect(await run("visit --fleet --quiet --report junit=\(path)", sandbox).status == .failed)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.contains("tests=\"2\"") && text.contains("failures=\"1\""))
    #expect(text.contains("cannot connect to gone") && text.contains("next: Check the name."))
  }

  @Test("Members that share a repository open it once; what may pass is tried again")
  func repositories() async throws {
    let repository = try Repository.create(in: MemoryStore(), encryption: .none)
    let shared = FleetRepositories()
    let count = Tally()
    var configuration = Configuration()
    configuration.repository = "one"
    let open: @Sendable () async throws -> Repository = {
      count.add()
      return repository
    }
    for _ in 1...3 { _ = try await shared.repository(for: configuration, open: open) }
    #expect(count.value == 1)
    configuration.keyFile = "another key"
    _ = try await shared.repository(for: configuration, open: open)
    #expect(count.value == 2)
    for (isRetryable, attempts) in [(false, 1), (true, 3)] {
      configuration.repository = "\(isRetryable)"
      let failures = Tally()
      let way = configuration
      for _ in 1...3 {
        await #expect(throws: Problem.self) {
          try await shared.repository(for: way) {
            failures.add()
            throw Problem(code: "tests.closed", "closed", isRetryable: isRetryable)
          }
        }
      }
      #expect(failures.value == attempts)
    }
  }

  @Test("One repository is worked on once, and must be kept by one policy")
  func repositoryUnit() async throws {
    let sandbox = try Sandbox()
    let write = { (second: String) in
      _ = try sandbox.write(
        "home/.config/drydock/drydock.yaml",
        """
        repository: /srv/all
        keep: {daily: 7}
        fleet: {profiles: [shop, crm, own], servers: [host=/nowhere]}
        profiles:
          shop: {database: shop}
          crm: {database: crm\(second)}
          own: {database: own, repository: /srv/own, keep: {daily: 30}}

        """
      )
    }
    let members = {
      let options = SharedOptions()
      let world = sandbox.world()
      let context = Context(world, try Configuration.load(options, in: world), options)
      return try await FleetRoster(options, in: context).members(.repository, only: [])
    }
    try write("")
    #expect(try await members().map(\.name) == ["/srv/all", "/srv/own"])
    try write(", keep: {daily: 1}")
    let problem = await #expect(throws: Problem.self) { try await members() }
    #expect(problem?.summary.contains("say differently what it keeps") == true)
  }

  /// Counts from many threads.
  private final class Tally: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    func add() { count.withLock { $0 += 1 } }
  }
}
