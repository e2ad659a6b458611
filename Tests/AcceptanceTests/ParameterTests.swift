import Postgres
import TestSupport
import Testing

@Suite("Parameters in a table of one row")
struct ParameterTests {
  /// What `parameters set --json` and `history --json` end with.
  private struct Changes: Decodable {
    struct Change: Decodable, Equatable {
      let name: String
      let old: String?
      let new: String?
      let by: String?
      let because: String?
    }
    let changes: [Change]
  }

  @Test("cosims.system_parameters: types are checked, the old value is shown, and history is kept")
  func cosims() throws {
    try withDatabase(on: .v15) { database in
      guard try Cosims.load(into: database, keeping: 10) else { return }
      let connection = try Connection.open(database)
      let user = try Drydock(on: .v15)
      let words =
        ["--json", "--database", database.argument]
        + (try Cosims.configuration("parameters: cosims.system_parameters", for: user))
      let set = ["parameters", "set"]
      let all = try user.run(["parameters", "get"] + words).require(0)
      #expect(
        all.output.contains(#""name":"max_ratio_of_vcpus_to_be_used","type":"double precision""#)
      )
      let value = ["max_number_of_vcpus=460", "job_types_list=it's [\"a\"]; --"]
      let run = try user.run(set + value + ["--because", "half the quota"] + words).require(0)
      let changes = try run.result(Changes.self).changes
      #expect(changes.map(\.name) == ["max_number_of_vcpus", "job_types_list"])
      #expect(changes.map(\.old).first == "920" && changes.map(\.new).last == "it's [\"a\"]; --")
      for wrong in [
        ["max_number_of_vcpus=many"], ["max_number_of_vcpus=100000"], ["nothing=1"],
        ["gfsc_daily_jobs_creation_start_date=31.31.2026"],
        ["max_number_of_vcpus=1", "s1_processing_start_date=x"],
      ] {
        let refused = try user.run(set + wrong + words).require(2)
        #expect(refused.errors.contains("parameters."), "\(refused)")
      }
      // The table's own rule that there is one row.
      let rule = try user.run(set + ["id=2"] + words).require(1)
      #expect(rule.errors.contains("onerow_uni"), "\(rule)")
      try user.run(set + ["--null", "max_number_of_vcpus"] + words).require(0)
      let now = try connection.execute(
        "SELECT max_number_of_vcpus IS NULL AND id = 1 FROM cosims.system_parameters"
      )
      #expect(now.bool)
      let history = try user.run(["parameters", "history"] + words).require(0)
      let told = try history.result(Changes.self).changes
      #expect(
        told.map(\.old) == [
          "460", #"["fsc_rlie_job", "rlies1_job", "rlies1s2_job", "sws_wds_job", "gfsc_job"]"#,
          "920",
        ]
      )
      #expect(told.allSatisfy { $0.by != nil } && told.last?.because == "half the quota")
    }
  }

  @Test("A table of none or two rows has no parameters")
  func rows() throws {
    try withDatabase(on: .v15) { database in
      let connection = try Connection.open(database)
      try connection.execute("CREATE TABLE settings (a int)")
      let user = try Drydock(on: .v15)
      let words =
        ["--database", database.argument]
        + (try Cosims.configuration("parameters: public.settings", for: user))
      for _ in 0..<2 {
        let run = try user.run(["parameters", "set", "a=1"] + words).require(3)
        #expect(run.missingOfError == [])
        try connection.execute("INSERT INTO settings VALUES (1), (2)")
      }
    }
  }
}
