import Operations
import Problems
import Testing

@testable import Commands

@Suite("How a database is operated, in the configuration")
struct OperationSettingsTests {
  private func settings(_ text: String, isTrusted: Bool = true) throws -> OperationSettings {
    try ConfigurationFile.parse(text, path: "drydock.yaml", isTrusted: isTrusted)
      .settings.operations
  }

  @Test("A whole runbook is read")
  func runbook() throws {
    let text = """
      runbook:
        short_downtime: 12h
        require:
          - {name: window, query: SELECT true, above: 2d, hint: do it}
        before:
          - run: [/usr/bin/systemctl, stop, jobs]
        waves:
          - {name: one, sql: SELECT 1, until: SELECT true, poll: 5s, limit: 2h}
          - {name: two, run: [/bin/true]}
        after:
          - sql: SELECT 2
      """
    let runbook = try #require(try settings(text).runbook)
    #expect(runbook.shortDowntime == .seconds(43_200))
    #expect(
      runbook.requirements == [
        .init(name: "window", query: "SELECT true", above: .seconds(172_800), hint: "do it")
      ]
    )
    #expect(runbook.before == [.command(["/usr/bin/systemctl", "stop", "jobs"])])
    #expect(
      runbook.waves == [
        .init(
          name: "one",
          start: .sql("SELECT 1"),
          until: "SELECT true",
          poll: .seconds(5),
          limit: .seconds(7200)
        ),
        .init(name: "two", start: .command(["/bin/true"])),
      ]
    )
    #expect(runbook.after == [.sql("SELECT 2")])
  }

  @Test(
    "What is wrong is told with its line",
    arguments: [
      ("runbook: {waves: [{name: one}]}", "Either 'sql' or 'run' is expected"),
      ("runbook: {waves: [{sql: SELECT 1}]}", "The key 'name' is missing"),
      ("runbook: {waves: [{name: a, sql: b, run: [c]}]}", "Either 'sql' or 'run'"),
      ("runbook: {waves: [{name: a, sql: b, poll: 0s}]}", "'poll' must be longer"),
      ("runbook: {waves: [{name: a, sql: b}, {name: a, sql: c}]}", "the same name"),
      ("runbook: {before: [{run: systemctl stop jobs}]}", "A list of words"),
      ("runbook: {wave: []}", "Did you mean 'waves'?"),
      ("runbook: {short_downtime: soon}", "a length of time"),
      ("transitions: {a: {table: t}}", "The key 'id' is missing"),
      ("transitions: {a: {table: t, id: i, paths: [[one]]}}", "two states or more"),
      ("transitions: {a: {table: t, id: i, apply: x}}", "'apply' needs 'state'"),
    ]
  )
  func wrong(text: String, words: String) throws {
    let error = #expect(throws: Problem.self) { try settings(text) }
    #expect(error?.kind == .usage && error?.summary.hasPrefix("drydock.yaml:1:") == true)
    #expect(error?.description.contains(words) == true, "\(String(describing: error))")
  }

  @Test(
    "None of it is believed in a checkout",
    arguments: [
      "runbook: {waves: [{name: a, run: [/bin/true]}]}", "transitions: {a: {table: t, id: i}}",
      "parameters: public.settings",
    ]
  )
  func untrusted(text: String) throws {
    let error = #expect(throws: Problem.self) { try settings(text, isTrusted: false) }
    #expect(error?.code == "configuration.untrusted-key")
  }
}
