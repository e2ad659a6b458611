import Foundation
import Migration
import Problems
import SQLSyntax
import Testing

@Suite("A patch directory is read whole or refused")
struct PatchDirectoryTests {
  @Test("Patches come in the order of their versions, each with its companions")
  func order() throws {
    let folder = try PatchFolder([
      "10_c.sql": "SELECT 3", "2_b.sql": "SELECT 2", "0001_a.sql": "SELECT 1",
      "0001_a.undo.sql": "SELECT -1", "2_b.verify.sql": "SELECT true", "V11__d.sql": "SELECT 4",
      "U11__back.sql": "SELECT -4", "README.md": "", ".gitkeep": "",
    ])
    let directory = try folder.read()
    #expect(directory.patches.map(\.file) == ["0001_a.sql", "2_b.sql", "10_c.sql", "V11__d.sql"])
    #expect(
      directory.patches.map { $0.undo?.file } == ["0001_a.undo.sql", nil, nil, "U11__back.sql"]
    )
    #expect(directory.patches[1].verify?.statements.first?.text == "SELECT true")
    #expect(directory.others == ["README.md"])
  }

  @Test("Everything that is wrong is listed at once, with file and line")
  func everything() throws {
    let folder = try PatchFolder([
      "0001_a.sql": "-- drydock: lock-timout 5s\nSELECT 1", "1_b.sql": "SELECT 1",
      "0003_c.undo.sql": "SELECT 1", "views.sql": "SELECT 1", "0004_d.sql": "SELECT\n  'x",
    ])
    let problem = #expect(throws: Problem.self) { try folder.read() }
    #expect(problem?.kind == .refused)
    let lines = (problem?.facts ?? []).map { "\($0.name): \($0.value)" }.joined(separator: "\n")
    #expect(
      lines.contains(
        "0001_a.sql:1:1: there is no directive 'lock-timout' (Did you mean 'lock-timeout'?)"
      )
    )
    #expect(lines.contains("0001_a.sql and 1_b.sql have the same version"))
    #expect(lines.contains("0003_c.undo.sql: there is no patch that it belongs to"))
    #expect(lines.contains("views.sql: a patch is named like"))
    #expect(lines.contains("0004_d.sql:2:3: a quoted text is never closed"))
  }

  @Test("Directives at the head are obeyed")
  func directives() throws {
    let folder = try PatchFolder([
      "1_a.sql": """
      -- Adds x.
      -- drydock: no-transaction
      --drydock: lock-timeout 250ms
      -- drydock: lock-first
      -- drydock: allow changes-timeouts because the load takes an hour
      -- drydock: requires 0007
      SET statement_timeout = 0;
      """
    ])
    let directives = try folder.read().patches[0].script.directives
    #expect(directives.isOutsideTransaction && directives.locksFirst)
    #expect(directives.lockTimeout == .milliseconds(250))
    #expect(directives.allowances.first?.reason == "the load takes an hour")
    #expect(directives.requirements == [Version("7")])
  }

  @Test(
    "A directive that cannot be obeyed is refused with its line",
    arguments: [
      "-- drydock:", "-- drydock: no-transaction please", "-- drydock: lock-timeout",
      "-- drydock: lock-timeout 5", "-- drydock: lock-timeout 0s", "-- drydock: allow x",
      "-- drydock: allow x because", "-- drydock: requires two", "-- drydock: fast",
    ]
  )
  func wrongDirective(_ line: String) throws {
    let problems = try PatchFolder(["1_a.sql": "\n\(line)\nSELECT 1"]).problems()
    #expect(problems.first?.summary.hasPrefix("1_a.sql:2:1: ") == true)
    #expect(problems.first?.code == "patch.directive")
  }

  @Test("A directive after the first statement is refused, for it would do nothing")
  func lateDirective() throws {
    let problems = try PatchFolder(["1_a.sql": "SELECT 1;\n-- drydock: lock-first\n"]).problems()
    #expect(
      problems.first?.summary.hasPrefix("1_a.sql:2:1: a directive must stand at the head") == true
    )
  }

  @Test("One leading BEGIN and one final COMMIT are absorbed, savepoints stay")
  func absorbed() throws {
    let folder = try PatchFolder([
      "1_a.sql": "BEGIN; SAVEPOINT s; SELECT 1; ROLLBACK TO s; RELEASE s; COMMIT;"
    ])
    let script = try folder.read().patches[0].script
    #expect(script.steps.count == 1)
    #expect(script.body.map(\.text) == ["SAVEPOINT s", "SELECT 1", "ROLLBACK TO s", "RELEASE s"])
  }

  @Test(
    "Other transaction control is refused by name",
    arguments: [
      ("SELECT 1; COMMIT; SELECT 2", "1_a.sql:1:11: COMMIT"),
      ("BEGIN; SELECT 1", "1_a.sql:1:1: BEGIN"),
      ("BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT 1; COMMIT", "1_a.sql:1:1: BEGIN ISOLATION"),
      ("ROLLBACK", "1_a.sql:1:1: ROLLBACK"),
      ("PREPARE TRANSACTION 'x'", "1_a.sql:1:1: PREPARE TRANSACTION"),
      ("BEGIN; SELECT 1; COMMIT; BEGIN; COMMIT", "1_a.sql:1:18: COMMIT"),
      ("-- drydock: no-transaction\nROLLBACK", "1_a.sql:2:1: ROLLBACK"),
      ("-- drydock: no-transaction\nBEGIN; SELECT 1", "1_a.sql:2:1: BEGIN has no COMMIT"),
    ]
  )
  func transactionControl(_ file: String, _ beginning: String) throws {
    let problems = try PatchFolder(["1_a.sql": file]).problems()
    #expect(problems.first?.code == "patch.transaction-control")
    #expect(problems.first?.summary.hasPrefix(beginning) == true, "\(problems)")
  }

  @Test("A no-transaction patch commits after each statement and at each COMMIT of its own")
  func steps() throws {
    let folder = try PatchFolder([
      "1_a.sql": """
      -- drydock: no-transaction
      CREATE TABLE t (a int); BEGIN; SELECT 1; SELECT 2; COMMIT;
      CREATE INDEX CONCURRENTLY i ON t (a);
      """
    ])
    let steps = try folder.read().patches[0].script.steps
    #expect(steps.map(\.statements.count) == [1, 2, 1])
    #expect(steps.map(\.isBare) == [false, false, true])
  }

  @Test("A statement that cannot run in a transaction asks for the directive")
  func bareStatement() throws {
    let problems = try PatchFolder(["1_a.sql": "SELECT 1;\nVACUUM t"]).problems()
    #expect(problems.first?.code == "patch.needs-no-transaction")
    #expect(problems.first?.summary.hasPrefix("1_a.sql:2:1: ") == true)
  }

  @Test(
    "What reaches outside a rehearsal is refused, and allowed with a reason",
    arguments: [
      ("DELETE FROM drydock.events", ForbiddenAct.touchesLedger),
      ("DROP OWNED BY r", .affectsOwnedObjects), ("SET lock_timeout = 0", .changesTimeouts),
      ("RESET ALL", .changesTimeouts),
      ("SET session_replication_role = replica", .changesReplicationRole),
      ("COPY t FROM PROGRAM 'env'", .copiesThroughProgram),
      ("COPY t TO '/tmp/x'", .copiesServerFile),
      ("LOAD 'x'", .loadsLibrary), ("CREATE ROLE r", .isClusterWide),
    ]
  )
  func forbidden(_ sql: String, _ act: ForbiddenAct) throws {
    let refused = try PatchFolder(["1_a.sql": sql]).problems()
    #expect(refused.map(\.code) == ["patch.\(act.rawValue)"])
    #expect(refused.first?.hint?.contains("allow \(act.rawValue) because") == true)
    let allowed = "-- drydock: allow \(act.rawValue) because it is a test\n\(sql)"
    #expect(try PatchFolder(["1_a.sql": allowed]).problems().isEmpty)
  }

  @Test("The identity ignores line ends and byte order mark, and nothing else")
  func identity() throws {
    let folder = try PatchFolder(["1_a.sql": "SELECT 1;\nSELECT 2;\n"])
    let plain = try folder.read().patches[0].script.identity
    try folder.write("1_a.sql", Array("\u{FEFF}SELECT 1;\r\nSELECT 2;\r\n".utf8))
    let other = try folder.read().patches[0].script.identity
    #expect(plain.exact != other.exact && plain.normalised == other.normalised)
    #expect(plain.exact == plain.normalised)
    #expect(
      plain.exact == "82efb67f3010c6eb7ead02e4f6d9550633dbc1407f99aa487468e7b2567aebbc"
    )
    try folder.write("1_a.sql", Array("SELECT 1;\nSELECT  2;\n".utf8))
    #expect(try folder.read().patches[0].script.identity.normalised != plain.normalised)
  }

  @Test("New names follow the style of the directory")
  func nextName() throws {
    let instant = 1_768_383_000  // 2026-01-14 09:30:00 UTC
    for (existing, expected) in [
      (nil, "0001_add_x.sql"), ("0009_a.sql", "0010_add_x.sql"),
      ("V1.9__a.sql", "V1.10__add_x.sql"),
      ("20250101000000_a.sql", "20260114093000_add_x.sql"),
      ("2025.01.01_a.sql", "2026.01.14_add_x.sql"),
      ("2026.01.14_a.sql", "2026.01.14.1_add_x.sql"),
      ("2026.01.14.1_a.sql", "2026.01.14.2_add_x.sql"),
      ("20270101000000_a.sql", "20270101000000.1_add_x.sql"),
    ] as [(String?, String)] {
      let folder = try PatchFolder(existing.map { [$0: "SELECT 1"] } ?? [:])
      #expect(try folder.read().nextFileName(for: "Add X", at: instant) == expected)
    }
    let empty = try PatchFolder([:]).read()
    #expect(throws: Problem.self) { try empty.nextFileName(for: "--", at: instant) }
  }
}
