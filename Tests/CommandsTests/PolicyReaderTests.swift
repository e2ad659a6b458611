import Problems
import Rehearsal
import Testing

@testable import Commands

@Suite("The policy file")
struct PolicyReaderTests {
  private func parse(_ text: String) throws -> PolicyFile {
    try PolicyReader.parse(text, path: "policy.yaml")
  }

  @Test("Every key is read")
  func all() throws {
    let policy = try parse(
      """
      hazards:
        fail: [table-rewrite, scan-under-lock]
        allow: [name-style]
        severity: serious
      limits: {lock: 5s, rewrite: 100MiB, wal: 1G, total: 10m}
      snapshot_max_age: 24h
      coverage: sample
      receipt_lifetime: 30m
      drift: strict
      """
    )
    var expected = PolicyFile()
    expected.failingHazards = ["scan-under-lock", "table-rewrite"]
    expected.allowedHazards = ["name-style"]
    expected.failingSeverity = .serious
    expected.lockSeconds = 5
    expected.rewriteBytes = 100 << 20
    expected.walBytes = 1 << 30
    expected.totalSeconds = 600
    expected.snapshotMaxAge = 86_400
    expected.coverage = .sample
    expected.receiptLifetime = 1800
    expected.drift = .strict
    #expect(policy == expected)
  }

  @Test("The hash is that of what it says, not of how it is written")
  func hash() throws {
    let hash = try parse("drift: strict\nlimits: {lock: 60s}\n").hash()
    #expect(try parse("# why\nlimits:\n  lock: 1m\ndrift: strict\n").hash() == hash)
    #expect(try parse("limits: {lock: 61s}\ndrift: strict\n").hash() != hash)
    #expect(try parse("").hash() == PolicyFile().hash())
  }

  @Test(
    "A mistake is told with its line and what was meant",
    arguments: [
      ("limit: {lock: 5s}", "policy.yaml:1:1: There is no key 'limit'", "limits"),
      ("limits: {locks: 5s}", "policy.yaml:1:10: There is no key 'locks'", "lock"),
      ("hazards: {failing: []}", "policy.yaml:1:11: There is no key 'failing'", ""),
      ("coverage: full", "policy.yaml:1:11: One of none, sample, whole is expected", ""),
      ("limits: {lock: soon}", "policy.yaml:1:16: ", ""),
      ("limits: {wal: lots}", "policy.yaml:1:15: ", ""),
      ("drift: [strict]", "policy.yaml:1:8: A text is expected here", ""),
      (
        "hazards: {fail: [truncate], allow: [truncate]}",
        "policy.yaml:1:10: truncate is under both", ""
      ),
      (
        "hazards: {fail: [tabel-rewrite]}", "policy.yaml:1:18: There is no hazard 'tabel-rewrite'",
        "table-rewrite"
      ),
      ("a: [", "policy.yaml:", ""),
    ]
  )
  func mistakes(text: String, summary: String, meant: String) throws {
    let problem = #expect(throws: Problem.self) { try parse(text) }
    #expect(problem?.kind == .usage)
    #expect(problem?.summary.hasPrefix(summary) == true, "\(problem?.summary ?? "")")
    if !meant.isEmpty { #expect(problem?.hint?.hasPrefix("Did you mean '\(meant)'?") == true) }
  }

  @Test("An id counts more than a severity, and what is not named stays as the catalogue says")
  func stances() throws {
    let file = try parse(
      """
      hazards: {fail: [name-style], allow: [table-rewrite], severity: critical}
      limits: {lock: 3s, rewrite: 1K}
      """
    )
    var policy = Verdict.Policy()
    file.apply(to: &policy)
    for hazard in Hazard.all {
      let expected: Hazard.Stance =
        switch hazard.id {
        case "name-style": .fails
        case "table-rewrite": .told
        default: hazard.severity == .critical ? .fails : hazard.stance
        }
      #expect(policy.stance(on: hazard) == expected, "\(hazard.id)")
    }
    #expect(policy.blockedLimit == 3 && policy.rewriteLimit == 1024)
    #expect(Hazard.all.contains { $0.severity == .critical && $0.id != "table-rewrite" })
  }

  @Test("A configured policy in the checkout is not honoured, one beside the user's file is")
  func place() throws {
    let sandbox = try Sandbox()
    let inside = try sandbox.write("checkout/policy.yaml", "drift: strict\n")
    let outside = try sandbox.write("home/.config/drydock/policy.yaml", "drift: strict\n")
    func read(_ path: String) throws -> PolicyFile? {
      try sandbox.write("home/.config/drydock/drydock.yaml", "policy: \(path)\n")
      let context = Context(sandbox.world(), try sandbox.configuration(), SharedOptions())
      return try PolicyOptions().read(in: context)
    }
    #expect(try read(outside)?.drift == .strict)
    let problem = #expect(throws: Problem.self) { try read(inside) }
    #expect(problem?.code == "policy.untrusted")
  }
}
