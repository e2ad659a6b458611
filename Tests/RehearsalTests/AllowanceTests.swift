import Catalog
import Cluster
import Migration
import Problems
import TestSupport
import Testing

@testable import Rehearsal

@Suite("Authors accept hazards with a reason")
struct AllowanceTests {
  private static let table = """
    CREATE TABLE item (id bigint PRIMARY KEY, price int);
    INSERT INTO item SELECT i, i FROM generate_series(1, 10) i; ANALYZE
    """

  @Test("An allowance accepts what it names, with its reason, and nothing else")
  func accepted() throws {
    let found = try findings(
      "-- drydock: allow drop-column because nobody has read it since May\n"
        + "ALTER TABLE item DROP COLUMN price;\nDROP TABLE item;\n",
      on: Self.table
    )
    let column = try #require(found.first { $0.hazard == .dropColumn })
    #expect(column.accepted == "nobody has read it since May")
    let table = try #require(found.first { $0.hazard == .dropTable })
    #expect(table.accepted == nil)
    let policy = Verdict.Policy()
    #expect(!policy.fails(column) && policy.fails(table))
  }

  @Test("Reasons go into the receipt, those for forbidden acts too, each once")
  func receipt() throws {
    try withDatabase(on: .v15) { settings in
      let rig = try HazardRig(settings, Self.table)
      try rig.write(
        "1_try.sql",
        """
        -- drydock: allow drop-column because it is empty
        -- drydock: allow changes-timeouts because the table is small
        -- drydock: allow json-column because a mistake
        SET LOCAL lock_timeout = '1s';
        ALTER TABLE item DROP COLUMN price;
        """
      )
      let (patches, findings) = try rig.observe()
      let result = RehearsalRun.Result(
        patches: patches,
        findings: findings + findings,
        caughtUp: [],
        expected: .init(),
        isolation: .available,
        preparation: 0,
        isFromTemplate: false
      )
      #expect(
        result.accepted(of: try rig.directory()) == [
          "changes-timeouts: the table is small", "drop-column: it is empty",
        ]
      )
    }
  }

  @Test(
    "A hazard that there is not is refused with its place and the nearest one that there is",
    arguments: [
      ("drop-colum", "Did you mean 'drop-column'?"),
      ("change-timeouts", "Did you mean 'changes-timeouts'?"),
      ("the-whole-wide-world", "docs/hazards.md lists every hazard that can be allowed."),
    ]
  )
  func unknown(id: String, hint: String) throws {
    try withDatabase(on: .v15) { settings in
      let rig = try HazardRig(settings)
      try rig.write("1_try.sql", "-- a patch\n-- drydock: allow \(id) because x\nSELECT 1;\n")
      let directory = try rig.directory()
      let problem = try #require(
        #expect(throws: Problem.self) { try AllowanceCheck.require(directory, applied: nil) }
      )
      #expect(problem.kind == .refused && problem.code == "patch.unknown-hazard")
      #expect(problem.summary.hasPrefix("1_try.sql:2:"), "\(problem.summary)")
      #expect(problem.hint == hint)
    }
  }

  @Test("Every hazard and every forbidden act can be named")
  func known() throws {
    try withDatabase(on: .v15) { settings in
      let rig = try HazardRig(settings)
      let ids = Hazard.all.map(\.id) + ForbiddenAct.allCases.map(\.rawValue)
      #expect(Set(ids).count == ids.count)
      let head = ids.map { "-- drydock: allow \($0) because x\n" }.joined()
      try rig.write("1_try.sql", head + "SELECT 1;\n")
      try AllowanceCheck.require(try rig.directory(), applied: nil)
    }
  }
}
