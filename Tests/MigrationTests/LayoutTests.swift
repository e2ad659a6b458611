import Foundation
import Migration
import Postgres
import Problems
import TestSupport
import Testing

@Suite("Histories of other tools are read as they are")
struct LayoutTests {
  /// A history in the words of one tool: two tables, an index that needs no transaction, and back.
  struct History: Sendable, CustomTestStringConvertible {
    var layout: PatchLayout
    var files: [String: String]
    var testDescription: String { layout.rawValue }
  }

  static let histories = [
    History(
      layout: .flyway,
      files: [
        "V1__one.sql": "CREATE TABLE one (a int);", "U1__one.sql": "DROP TABLE one;",
        "V1_1__two.sql": "CREATE TABLE two (a int);", "U1.1__two.sql": "DROP TABLE two;",
        "V2__i.sql": "CREATE INDEX CONCURRENTLY i ON one (a);",
        "U2__i.sql": "DROP INDEX CONCURRENTLY i;",
      ]
    ),
    History(
      layout: .golangMigrate,
      files: [
        "1_one.up.sql": "CREATE TABLE one (a int);", "1_one.down.sql": "DROP TABLE one;",
        "2_two.up.sql": "BEGIN; CREATE TABLE two (a int); COMMIT;",
        "2_two.down.sql": "DROP TABLE two;",
        "3_i.up.sql": "CREATE INDEX CONCURRENTLY i ON one (a)",
        "3_i.down.sql": "DROP INDEX CONCURRENTLY i",
      ]
    ),
    History(
      layout: .dbmate,
      files: [
        "20150101000000_one.sql":
          "-- migrate:up\nCREATE TABLE one (a int);\n\n-- migrate:down\nDROP TABLE one;\n",
        "20150102000000_two.sql":
          "-- migrate:up\r\nCREATE TABLE two (a int);\r\n-- migrate:down\r\nDROP TABLE two;\r\n",
        "20150103000000_i.sql":
          "-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY i ON one (a);\n"
          + "-- migrate:down transaction:false\nDROP INDEX CONCURRENTLY i;\n",
      ]
    ),
    History(
      layout: .goose,
      files: [
        "00001_one.sql": "-- +goose Up\nCREATE TABLE one (a int);\n-- +goose Down\nDROP TABLE one;",
        "00002_two.sql":
          "-- +goose up\n-- +goose StatementBegin\nDO $$ BEGIN CREATE TABLE two (a int); END $$;\n"
          + "-- +goose StatementEnd\n-- +goose down\nDROP TABLE two;",
        "00003_i.sql":
          "-- +goose NO TRANSACTION\n-- +goose Up\nCREATE INDEX CONCURRENTLY i ON one (a);\n"
          + "-- +goose Down\nDROP INDEX CONCURRENTLY i;",
      ]
    ),
    History(
      layout: .sqitch,
      files: [
        "sqitch.plan": """
        %syntax-version=1.0.0
        %project=shop

        one 2012-07-16T17:25:07Z A. N. Author <a@example.com> # The first.
        two [one] 2012-07-16T17:25:08Z A. N. Author <a@example.com>
        @v1 2012-07-16T17:25:09Z A. N. Author <a@example.com> # Tag.
        i [one two] 2012-07-16T17:25:10Z A. N. Author <a@example.com>

        """, "deploy/one.sql": "BEGIN;\nCREATE TABLE one (a int);\nCOMMIT;",
        "revert/one.sql": "BEGIN; DROP TABLE one; COMMIT;",
        "verify/one.sql": "BEGIN; SELECT a FROM one WHERE false; ROLLBACK;",
        "deploy/two.sql": "BEGIN; CREATE TABLE two (a int); COMMIT;",
        "revert/two.sql": "DROP TABLE two;",
        "deploy/i.sql": "CREATE INDEX CONCURRENTLY i ON one (a);",
        "revert/i.sql": "DROP INDEX CONCURRENTLY i;", "sqitch.conf": "[core]\n",
      ]
    ),
    History(
      layout: .diesel,
      files: [
        "00000000000000_one/up.sql": "CREATE TABLE one (a int);",
        "00000000000000_one/down.sql": "DROP TABLE one;",
        "2017-08-31-230457_two/up.sql": "CREATE TABLE two (a int);",
        "2017-08-31-230457_two/down.sql": "DROP TABLE two;",
        "2026-07-30-140000-0001_i/up.sql": "CREATE INDEX CONCURRENTLY i ON one (a);",
        "2026-07-30-140000-0001_i/down.sql": "DROP INDEX CONCURRENTLY i;",
        "2026-07-30-140000-0001_i/metadata.toml": "# why\nrun_in_transaction = false\n",
      ]
    ),
  ]

  @Test("Each is recognised, applied, and taken back in reverse", arguments: histories)
  func wayUpAndDown(_ history: History) throws {
    try withRunner(.v15) { fixture in
      let directory = try PatchFolder(history.files).read()
      #expect(directory.layout == history.layout)
      #expect(directory.patches.count == 3)
      #expect(
        directory.patches.map(\.script.directives.isOutsideTransaction) == [false, false, true]
      )
      #expect(directory.patches.allSatisfy { $0.undo != nil })
      _ = try fixture.runner.migrate(directory)
      for relation in ["one", "two", "i"] { #expect(try fixture.exists(relation)) }
      #expect(try fixture.runner.migrate(directory).isEmpty)
      for _ in 0..<3 { _ = try fixture.runner.hold { try $0.undo(directory) } }
      for relation in ["one", "two", "i"] { #expect(try !fixture.exists(relation)) }
    }
  }

  @Test("Two sections of one file keep their lines, and the way back is no part of the identity")
  func sections() throws {
    let text = "-- migrate:up\nSELECT 1;\n\n-- migrate:down\n\n  SELECT 2;\n"
    let patch = try PatchFolder(["1_a.sql": text]).read().patches[0]
    #expect(patch.script.statements.map(\.place) == ["1_a.sql:2:1"])
    #expect(patch.undo?.statements.map(\.place) == ["1_a.sql:6:3"])
    let other = try PatchFolder(["1_a.sql": text.replacing("SELECT 2", with: "SELECT 3")]).read()
    #expect(other.patches[0].script.identity == patch.script.identity)
    #expect(other.patches[0].undo?.identity != patch.undo?.identity)
    let empty = try PatchFolder(["1_a.sql": "-- +goose Up\nSELECT 1;\n-- +goose Down\n"]).read()
    #expect(empty.patches[0].undo == nil)
  }

  @Test("Diesel's versions keep the order that they had as text, and none is another")
  func dieselVersions() throws {
    let folders = [
      "00000000000000_a", "2026-05-27-120000_b", "2026-05-27-120000-0000_c",
      "2026-05-27-120000-0001_d", "20260527120001_e",
    ]
    let files = Dictionary(uniqueKeysWithValues: folders.map { ("\($0)/up.sql", "SELECT 1") })
    #expect(try PatchFolder(files).read().patches.map(\.name.stem) == folders)
  }

  @Test("A change that was reworked has its earlier script under a tag")
  func reworked() throws {
    let directory = try PatchFolder([
      "sqitch.plan": "%project=p\na 2012 x <x>\n@v1 2012 x <x>\n@v2 2012 x <x>\nb 2012 x <x>\n"
        + "a [a@v1] 2013 x <x> # again\n",
      "deploy/a@v2.sql": "SELECT 1", "deploy/b.sql": "SELECT 2", "deploy/a.sql": "SELECT 3",
      "revert/a@v2.sql": "SELECT -1", "revert/a.sql": "SELECT -3",
    ]).read()
    #expect(directory.patches.map(\.file) == ["deploy/a@v2.sql", "deploy/b.sql", "deploy/a.sql"])
    #expect(directory.patches.map(\.version.description) == ["1", "2", "3"])
    #expect(directory.patches[0].undo?.file == "revert/a@v2.sql")
  }

  @Test("A file for PostgreSQL stands before one for every database, others are left")
  func dialects() throws {
    let directory = try PatchFolder([
      "1_a.up.sql": "SELECT 1", "1_a.postgres.up.sql": "SELECT 2", "1_a.mysql.up.sql": "SELECT 3",
      "1_a.down.sql": "SELECT 4", "2_b.postgres.autocommit.up.sql": "VACUUM; SELECT 1",
      "V0003.Initial_Schema.up.sql": "SELECT 5",
    ]).read()
    #expect(
      directory.patches.map(\.file)
        == [
          "1_a.postgres.up.sql", "2_b.postgres.autocommit.up.sql", "V0003.Initial_Schema.up.sql",
        ]
    )
    #expect(directory.patches[0].undo?.file == "1_a.down.sql")
    #expect(directory.patches[1].script.directives.isOutsideTransaction)
    #expect(Set(directory.others) == ["1_a.up.sql", "1_a.mysql.up.sql"])
  }

  @Test(
    "A mix is refused by name",
    arguments: [
      ["1_a.up.sql": "SELECT 1", "2_b.sql": "SELECT 1"],
      ["1_a.sql": "-- migrate:up\n", "2_b.sql": "-- +goose Up\n"],
      ["1_a.sql": "-- migrate:up\n", "2_b.sql": "SELECT 1"],
      ["1_a/up.sql": "SELECT 1", "V2__b.sql": "SELECT 1"],
      ["sqitch.plan": "", "1_a.down.sql": "SELECT 1"],
    ]
  )
  func mixed(_ files: [String: String]) throws {
    let folder = try PatchFolder(files)
    let problem = #expect(throws: Problem.self) { try folder.read() }
    #expect(problem?.code == "patch.mixed-layouts")
    #expect(problem?.facts.count == 2)
  }

  @Test(
    "What its own tool would obey and drydock does not is refused by name",
    arguments: [
      (["1_a.sql": "-- +goose ENVSUB ON\n-- +goose Up\nSELECT 1;"], "1_a.sql:1:1: the annotation"),
      (["1_a.sql": "SELECT 1;\n-- migrate:up\n"], "1_a.sql:1:1: a statement stands above"),
      (["1_a.sql": "-- migrate:up\n-- migrate:up\n"], "1_a.sql:2:1: a second way up"),
      (["1_a.sql": "-- +goose Down\n-- +goose Up\n"], "1_a.sql:1:1: the way down stands above"),
      (["1_a.sql": "-- migrate:up transaction:maybe\n"], "1_a.sql: the option 'transaction:maybe'"),
      (["1_a.sql": "-- +goose Up\n", "2_b.go": ""], "2_b.go: a migration in Go"),
      (["1_a/up.sql": "", "1_a/metadata.toml": "x = 1"], "1_a/metadata.toml: 'x = 1'"),
      (["1_a/up.sql": "", "2_b/down.sql": ""], "2_b/: it has no up.sql"),
      (["1_a.up.sql": "", "2_b.down.sql": ""], "2_b.down.sql: there is no patch"),
      (["1_a.up.sql": "", "01_b.up.sql": ""], "01_b.up.sql and 1_a.up.sql have the same version"),
      (["sqitch.plan": "a 2012 x <x>\n"], "deploy/a.sql: the plan has this change"),
      (["sqitch.plan": "-a 2012 x <x>\n"], "sqitch.plan:1:1: a change that reverts"),
      (["V1__a.sql": "", "V1__a.sql.conf": "shouldExecute=x"], "V1__a.sql.conf: the setting"),
      (
        ["V1__a.sql": "", "V1__a.sql.conf": "executeInTransaction=no"],
        "V1__a.sql.conf: executeInTransaction is true or false, not no"
      ),
      (["V1__a.sql": "", "2026/old/V2__b.sql": ""], "2026/old/V2__b.sql: it lies below"),
      (["0001_a.sql": "", "sub/0002_b.SQL": ""], "sub/0002_b.SQL: it lies below"),
    ]
  )
  func refused(_ files: [String: String], _ beginning: String) throws {
    let folder = try PatchFolder(files)
    let problem = #expect(throws: Problem.self) { try folder.read() }
    let all = [problem?.summary ?? ""] + (problem?.facts.map(\.value) ?? [])
    #expect(all.contains { $0.hasPrefix(beginning) }, "\(all)")
  }

  @Test("What lies below the directory is left there if it is no SQL, or if a patch includes it")
  func below() throws {
    let directory = try PatchFolder([
      "0001_a.sql": "\\ir parts/a.sql\nSELECT 1;", "parts/a.sql": "SELECT 2;", "notes/a.md": "",
    ]).read()
    #expect(directory.patches[0].script.statements.count == 2)
    #expect(directory.others == ["notes/", "parts/"])
  }

  @Test("Flyway's settings are read in any case", arguments: [("FALSE", true), ("True", false)])
  func settings(_ value: String, isOutside: Bool) throws {
    let directory = try PatchFolder([
      "V1__a.sql": "SELECT 1", "V1__a.sql.conf": "executeInTransaction=\(value)",
    ]).read()
    #expect(directory.patches[0].script.directives.isOutsideTransaction == isOutside)
  }

  @Test("A directory of scripts that cannot be read is told, not taken for an empty one")
  func unreadable() throws {
    let folder = try PatchFolder(["sqitch.plan": "a 2012 x <x>\n", "deploy/a.sql": "SELECT 1"])
    #expect(try folder.read().patches[0].verify == nil)
    try FileManager.default.createSymbolicLink(
      atPath: "\(folder.path)/verify",
      withDestinationPath: "verify"
    )
    let problem = #expect(throws: Problem.self) { try folder.read() }
    #expect(problem?.summary == "verify/: the directory cannot be read")
  }

  @Test("What a history did long ago is refused only when it is about to run")
  func objections() throws {
    try withRunner(.v15) { fixture in
      let files = [
        "V1__role.sql": "CREATE ROLE never", "V2__b.sql": "SELECT '${schema}'",
        "V2__b.sql.conf": "executeInTransaction=false", "V3__c.sql": "CREATE TABLE c (a int)",
      ]
      let problem = try fixture.problem(files)
      #expect(problem.facts.map(\.name) == ["patch.cluster-wide", "patch.placeholder"])
      let directory = try PatchFolder(files).read()
      #expect(directory.patches[1].script.directives.isOutsideTransaction)
      try fixture.runner.hold { try $0.baseline(Array(directory.patches.prefix(2)), because: "x") }
      #expect(try fixture.migrate(files).map(\.name) == ["V3__c"])
    }
  }

  @Test("A new patch is written as the rest is")
  func newFiles() throws {
    let instant = 1_768_383_000  // 2026-01-14 09:30:00 UTC
    for (existing, expected) in [
      (["1_a.up.sql": "SELECT 1"], ["2_add_x.up.sql", "2_add_x.down.sql"]),
      (["V0009.A.up.sql": ""], ["V0010.add_x.up.sql", "V0010.add_x.down.sql"]),
      (["00009_a.sql": "-- +goose Up\n"], ["00010_add_x.sql"]),
      (["20250101000000_a.sql": "-- migrate:up\n"], ["20260114093000_add_x.sql"]),
      (
        ["2017-08-31-230457_a/up.sql": ""],
        ["20260114093000_add_x/up.sql", "20260114093000_add_x/down.sql"]
      ),
    ] {
      let folder = try PatchFolder(existing)
      let files = try folder.read().newFiles(for: "Add X", at: instant)
      #expect(files.map(\.path) == expected)
      for file in files { try folder.write(file.path, Array(file.text.utf8)) }
      #expect(try folder.read().patches.count == 2)
    }
    let plan = try PatchFolder(["sqitch.plan": ""]).read()
    #expect(throws: Problem.self) { try plan.newFiles(for: "Add X", at: instant) }
  }
}
