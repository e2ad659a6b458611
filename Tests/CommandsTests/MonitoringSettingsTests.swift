import Verification
import Monitoring
import Problems
import Testing

@testable import Commands

@Suite("What monitoring expects is configured outside the checkout")
struct MonitoringSettingsTests {
  @Test("All keys are read from a trusted file")
  func trusted() throws {
    let text = """
      health: {max_age: 26h, warn_age: 25h, proof_max_age: never, proof_critical_age: 30d,
        proof_level: 3, databases: [shop, billing], retired: [old_shop@7421]}
      budget: {size: 500GiB, growth: 20GiB/month, price: 0.023 per GiB month, cost: 20}
      """
    let file = try ConfigurationFile.parse(text, path: "drydock.yaml", isTrusted: true)
    var policy = HealthPolicy()
    policy.maxAge = 26 * 3600
    policy.warnAge = 25 * 3600
    policy.proofMaxAge = nil
    policy.proofCriticalAge = 30 * 86_400
    policy.proofLevel = .restore
    policy.expected = ["shop", "billing"]
    policy.retired = ["old_shop@7421"]
    #expect(file.settings.monitoring.health == policy)
    #expect(
      file.settings.monitoring.budget
        == Budget(size: 500 << 30, growth: 20 << 30, price: 0.023, cost: 20)
    )
  }

  @Test(
    "A value that cannot be used is refused with its line",
    arguments: [
      "health: {max_age: 0s}", "health: {max_age: never}", "health: {proof_level: 4}",
      "health: {databases: shop}", "health: {max_age: 1h, warn_age: 2h}",
      "health: {proof_max_age: 9d, proof_critical_age: 8d}", "budget: {size: 0}",
      "budget: {size: much}", "budget: {growth: 20GiB}", "budget: {growth: 20GiB/year}",
      "budget: {price: 0.023}", "budget: {price: 0 per GiB month}", "budget: {cost: 20}",
      "budget: {price: 1 per GiB month, cost: -1}",
    ]
  )
  func badValues(line: String) {
    let problem = #expect(throws: Problem.self) {
      try ConfigurationFile.parse(line, path: "drydock.yaml", isTrusted: true)
    }
    #expect(problem?.code == "configuration.bad-value")
    #expect(problem?.summary.hasPrefix("drydock.yaml:1:") == true)
  }

  @Test("A key that does not exist is told with those that do", arguments: ["health", "budget"])
  func unknown(key: String) {
    let problem = #expect(throws: Problem.self) {
      try ConfigurationFile.parse("\(key): {sise: 1}", path: "drydock.yaml", isTrusted: true)
    }
    #expect(problem?.code == "configuration.unknown-key")
  }

  @Test(
    "A file in the checkout may not make an alarm silent",
    arguments: ["health: {max_age: 900d}", "budget: {size: 900TiB}"]
  )
  func untrusted(line: String) {
    let problem = #expect(throws: Problem.self) {
      try ConfigurationFile.parse(line, path: "drydock.yaml", isTrusted: false)
    }
    #expect(problem?.code == "configuration.untrusted-key")
  }
}
