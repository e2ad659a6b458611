import Reports
import TestSupport
import Testing

@testable import Commands

@Suite("What doctor found")
struct FindingTests {
  private static let findings = [
    Finding(.good, "configuration", "/etc/drydock/drydock.yaml"),
    Finding(
      .bad,
      "backup",
      "2 tables cannot be read by this role: public.a, public.b",
      advice: "GRANT pg_read_all_data TO backup"
    ),
    Finding(.warning, "key", "one key alone opens everything", advice: "Make a second one."),
    Finding(.good, "freshness", "the newest of shop is 3.00 h old"),
  ]

  @Test("Everything in a table, then what to do, the worst first")
  func text() throws {
    let report = Finding.report(Self.findings)
    try Golden.check(report.text(), "doctor.txt")
    try Golden.check(report.text(width: 40), "doctor-narrow.txt")
    try Golden.check(report.json.pretty + "\n", "doctor.json")
  }

  @Test("Nothing to do is said by leaving it out")
  func good() {
    let report = Finding.report([Finding(.good, "configuration", "no file")])
    #expect(!report.text().contains("What to do"))
  }

  @Test("Of many names a few are shown")
  func names() {
    #expect(Finding.names(["a", "b", "c"]) == "a, b, c")
    #expect(Finding.names(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more")
  }
}
