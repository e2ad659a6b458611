import Files
import Foundation
import FoundationXML
import Postgres
import Reports
import TestSupport
import Testing

@Suite("What the gate writes for other tools")
struct GateReportTests {
  /// A name and an error text that would be commands, markup or control sequences elsewhere.
  static let hostile = "<img src=x>\u{1B}[31m\n::error::owned\n##[warning]owned%0A]]>"

  private func hostileShop(_ body: (Drydock, ConnectionSettings) throws -> Void) throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      let name = SQL.identifier(Self.hostile)
      try Connection.open(database).execute(
        """
        CREATE TABLE \(name) (a int);
        INSERT INTO \(name) SELECT generate_series(1, 1000);
        """
      )
      try user.backup(database)
      try user.write(patch: "0001_index.sql", "CREATE INDEX ON \(name) (a);\n")
      try user.write(
        patch: "0002_fail.sql",
        "DO $$ BEGIN RAISE EXCEPTION '%', \(SQL.literal(Self.hostile)); END $$;\n"
      )
      try body(user, database)
    }
  }

  @Test("Every format is written, is well formed, and keeps a hostile name and error inert")
  func formats() throws {
    try hostileShop { user, database in
      let formats = ["html", "markdown", "json", "junit", "sarif", "codequality"]
      let wanted = formats.flatMap { ["--report", "\($0)=\(user.directory)/gate.\($0)"] }
      let run = try user.run(["gate", "--database", database.argument] + wanted)
      #expect(run.code == 5, "\(run)")
      func text(_ format: String) throws -> String {
        let bytes = try ReadableFile.contents(of: "\(user.directory)/gate.\(format)")
        return try #require(String(validating: bytes, as: UTF8.self))
      }
      for format in formats {
        #expect(!(try text(format)).contains("\u{1B}"), "\(format)")
      }
      #expect(!run.output.contains("\u{1B}"))
      #expect(!(try text("html")).contains("<img"))
      let sarif = try JSONParser.parse(Array(try text("sarif").utf8))
      let results = try #require(sarif["runs"]?.elements?.first?["results"]?.elements)
      let rules = results.compactMap { $0["ruleId"]?.text }
      #expect(rules.contains("rehearsal"), "\(rules)")
      #expect(rules.count >= 2, "\(rules)")
      let quality = try #require(try JSONParser.parse(Array(try text("codequality").utf8)).elements)
      #expect(quality.count == results.count)
      let prints = Set(quality.compactMap { $0["fingerprint"]?.text })
      #expect(prints.count == quality.count)
      for issue in quality {
        let path = try #require(issue["location"]?["path"]?.text)
        #expect(["patches/0001_index.sql", "patches/0002_fail.sql"].contains(path))
      }
      let xml = XMLParser(data: Data(try text("junit").utf8))
      #expect(xml.parse())
      #expect(try text("junit").contains("failures=\"1\""))
    }
  }

  @Test(
    "In GitHub Actions the report is between marks, and only our own lines are commands",
    arguments: ["gate", "rehearse"]
  )
  func workflow(command: String) throws {
    try hostileShop { user, database in
      let run = try user.run(
        [command, "--database", database.argument],
        ["GITHUB_ACTIONS": "true"]
      )
      #expect(run.code == 5, "\(run)")
      let lines = run.output.split(separator: "\n", omittingEmptySubsequences: false)
      let first = try #require(lines.first, "\(run)")
      #expect(first.hasPrefix("::stop-commands::"), "\(run)")
      let token = first.dropFirst("::stop-commands::".count)
      #expect(token.count >= 16)
      let end = try #require(lines.firstIndex { $0 == "::\(token)::" }, "\(run)")
      let commands = lines[(end + 1)...].filter { !$0.isEmpty }
      #expect(commands.count >= 2, "\(run)")
      for command in commands {
        let isOurs = ["::error file=", "::warning file=", "::notice file="]
          .contains { command.hasPrefix($0 + "patches/000") }
        #expect(isOurs, "\(command)")
      }
    }
  }

  @Test("In GitHub Actions a file whose name is a command stays inert in the error about it")
  func errors() throws {
    let user = try Drydock(on: .v15)
    try user.write(patch: "0001_a.\n::error::owned\n##[error]owned.sql", "SELECT 1;\n")
    let run = try user.run(["gate", "--snapshot", "latest:shop"], ["GITHUB_ACTIONS": "true"])
    #expect(run.code != 0 && run.errors.contains("##[error]owned"), "\(run)")
    #expect(Self.commands(in: run.errors) == [], "\(run)")
    #expect(Self.commands(in: "a\n  ::error::x\nb ##[error]y\n").count == 2)
  }

  /// The lines that a runner takes for commands; what it does between marks, and what else it takes
  /// for one, is as in its `ActionCommandManager`.
  private static func commands(in text: String) -> [String] {
    var found: [String] = []
    var resume: String?
    for line in text.split(separator: "\n").map({ $0.trimmingCharacters(in: .whitespaces) }) {
      if let token = resume {
        if line == "::\(token)::" { resume = nil }
      } else if line.hasPrefix("::stop-commands::") {
        resume = String(line.dropFirst("::stop-commands::".count))
      } else if line.hasPrefix("::") || line.contains("##[") {
        found.append(line)
      }
    }
    return found
  }

  @Test("In the JUnit report a no is never green: what is about no patch has a case of its own")
  func otherCase() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      try Connection.open(database).execute("CREATE TABLE item AS SELECT 1 AS a")
      try user.backup(database)
      try user.write(patch: "0001_item.sql", "ALTER TABLE item ADD b int;\n\\ir more.inc\n")
      try user.write(patch: "more.inc", "SELECT 1;\n")
      try BoundShop.write("coverage: whole\n", to: "\(user.directory)/policy.yaml")
      func failures(_ more: [String] = []) throws -> [String: String] {
        let path = "\(user.directory)/gate.xml"
        let run = try user.run(
          ["gate", "--database", database.argument, "--report", "junit=\(path)"] + more
        )
        let xml = try XMLDocument(contentsOf: URL(filePath: path))
        let cases = try xml.nodes(forXPath: "//testcase").compactMap { $0 as? XMLElement }
        let failed = cases.filter { $0.childCount > 0 }
        #expect(run.code == (failed.isEmpty ? 0 : 5), "\(run)")
        let total = try #require(xml.rootElement()?.attribute(forName: "failures")?.stringValue)
        #expect(total == "\(failed.count)" && cases.count == 2, "\(xml)")
        return failed.reduce(into: [:]) {
          $0[$1.attribute(forName: "name")?.stringValue ?? ""] = $1.stringValue
        }
      }
      #expect(try failures() == [:])
      let partial = try failures(["--schema-only", "--policy", "\(user.directory)/policy.yaml"])
      #expect(partial.keys.sorted() == ["rehearsal"])
      #expect(partial["rehearsal"]?.contains("snapshot: has no row of table") == true)
      try user.write(patch: "more.inc", "SELECT 1 / 0;\n")
      let included = try failures()
      #expect(included["rehearsal"]?.contains("more.inc:1:1: division by zero") == true)
    }
  }
}
