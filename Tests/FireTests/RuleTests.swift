import TestSupport
import Testing

extension FireTests {
  @Suite("Every rule has a story that goes wrong without it")
  struct RuleTests {
    @Test("With the rule a snapshot is right, without it wrong", arguments: Rule.cases)
    func story(server: TestServer, rule: Rule) async throws {
      let (right, wrong) = try await rule.outcomes(on: server)
      #expect(right.differences.isEmpty)
      #expect(!wrong.differences.isEmpty, "it was read so: \(wrong.readings)")
    }
  }
}
