import Postgres
import TestSupport
import Testing

@Suite("A baseline up to a version")
struct BaselineTests {
  @Test("A dry run says what would be recorded, and makes no ledger for it")
  func dryRun() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      for name in ["0001_a", "0002_b", "0003_c"] {
        try user.write(patch: "\(name).sql", "CREATE TABLE t_\(name) ();\n")
      }
      let connection = try Connection.open(database)
      let baseline = ["baseline", "0002", "--database", database.argument]
      let because = ["--because", "it was there"]
      let shown = try user.run(baseline + ["--dry-run"]).require(0)
      #expect(shown.output.contains("These would be recorded:"), "\(shown)")
      #expect(shown.output.contains("0002_b.sql") && !shown.output.contains("0003_c.sql"))
      let json = try user.run(baseline + ["--dry-run", "--json"]).require(0)
      #expect(json.output.contains(#""is_recorded":false"#), "\(json)")
      let unknown = ["baseline", "0009", "--dry-run", "--database", database.argument]
      #expect(try user.run(unknown).code == 2)
      #expect(try connection.query("SELECT to_regnamespace('drydock')", []).value == nil)

      #expect(try user.run(baseline).code == 2, "what is recorded needs a reason")
      let recorded = try user.run(baseline + because).require(0)
      #expect(recorded.output.contains("These were recorded:"), "\(recorded)")
      let again = try user.run(baseline + ["--dry-run"]).require(0)
      #expect(again.output.contains("Nothing is to be recorded."), "\(again)")
      let events = "SELECT count(*) FROM drydock.events"
      #expect(try connection.query(events, []).value == "2")
    }
  }
}
