import Files
import Foundation
import Postgres
import TestSupport
import Testing

/// The calls in docs/ci as a shell runs them, on a real database.
@Suite("The workflows in docs/ci, run")
struct CIExampleRunTests {
  /// The calls of the program in a workflow: the words of a line, and of those below it that go on.
  private static func calls(in file: String) throws -> [String] {
    let path = "\(SharedInputs.packageRoot)/docs/ci/\(file)"
    let text = String(decoding: try ReadableFile.contents(of: path), as: UTF8.self)
    var calls: [String] = []
    var goesOn = false
    for line in text.split(separator: "\n").map({ $0.trimmingCharacters(in: .whitespaces) }) {
      if goesOn, line.hasPrefix("--"), let last = calls.popLast() {
        calls.append("\(last) \(line)")
      } else if let start = line.range(of: "drydock "), !line.hasPrefix("#"),
        ["", "- ", "run: ", "- run: "].contains(line[..<start.lowerBound])
      {
        calls.append(String(line[start.lowerBound...]))
        goesOn = true
      } else {
        goesOn = false
      }
    }
    return calls
  }

  /// Runs a call as CI does: through a shell, which fills in the variables.
  private static func run(_ call: String, _ user: Drydock, _ more: [String: String]) throws -> Run {
    let words = call.replacing("/etc/drydock/policy.yaml", with: "\(user.directory)/policy.yaml")
      .replacing("latest:shop", with: "latest:\(more["SHOP"] ?? "")")
      .replacing(/\$\{\{[^}]*\}\}/, with: "4711abc")
    return try user.run(shell: words, more)
  }

  @Test(
    "A pull request is judged, and what is merged is migrated under its receipt",
    arguments: ["github-actions.yml", "gitlab-ci.yml"]
  )
  func workflow(file: String) throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      try Connection.open(database).execute("CREATE TABLE item AS SELECT 1 AS id")
      try user.backup(database)
      try Directory.create("\(user.directory)/migrations")
      try user.write(patch: "../migrations/0001_price.sql", "ALTER TABLE item ADD price int;\n")
      try BoundShop.write("limits: {lock: 1m}\n", to: "\(user.directory)/policy.yaml")
      let calls = try Self.calls(in: file)
      let verbs = calls.map { $0.split(separator: " ")[1] }
      #expect(verbs == ["gate", "backup", "rehearse", "migrate"])
      let ci = ["SHOP": try #require(database.keywords["dbname"]), "CI_COMMIT_SHA": "4711abc"]
      for call in calls {
        // The first job has no way to production.
        let isGate = call.hasPrefix("drydock gate")
        let more = isGate ? ci : ci.merging(["DRYDOCK_DATABASE": database.argument]) { $1 }
        let run = try Self.run(call, user, more)
        #expect(run.code == 0, "\(run)")
      }
      let events = "SELECT version, git_sha, receipt IS NOT NULL AS bound FROM drydock.events"
      let event = try #require(try Connection.open(database).execute(events).first)
      #expect(event.string("version") == "0001" && event.string("git_sha") == "4711abc")
      #expect(event.string("bound") == "t")
      let report = String(
        decoding: try ReadableFile.contents(of: "\(user.directory)/gate.xml"),
        as: UTF8.self
      )
      #expect(report.contains("failures=\"0\"") && report.contains("tests=\"2\""), "\(report)")
    }
  }
}
