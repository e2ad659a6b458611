import Foundation
import Migration
import Postgres
import Problems
import TestSupport
import Testing

@Suite("Whole histories of real projects are applied")
struct RealHistoryRunTests {
  struct History: Sendable, CustomTestStringConvertible {
    var name: String
    var count: Int
    /// How many of its files PostgreSQL runs only outside a transaction.
    var bare: Int
    var testDescription: String { name }
  }

  @Test(
    "In order, each in the way that it needs",
    arguments: [
      History(name: "authelia", count: 26, bare: 0), History(name: "kratos", count: 346, bare: 2),
      History(name: "crates_io", count: 285, bare: 7),
    ]
  )
  func apply(_ history: History) throws {
    guard RealHistoryTests.files.isEmpty == false else { return }
    let source = try "\(SharedInputs.real())/migrations/\(history.name)"
    let order = try String(contentsOfFile: "\(source)/ORDER.up.txt", encoding: .utf8)
      .split(separator: "\n").map(String.init)
    #expect(order.count == history.count)
    let folder = try PatchFolder([:])
    for (index, file) in order.enumerated() {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(source)/\(file)"))
      try folder.write("\(1_001 + index)_step.sql", Array(bytes))
    }
    let bare = try markBare(in: folder)
    #expect(bare == history.bare)
    try withRunner(.v15) { fixture in
      let setup = "\(source)/SETUP.sql"
      if let sql = try? String(contentsOfFile: setup, encoding: .utf8) {
        try fixture.eye.execute(sql)
      }
      let outcomes = try fixture.runner.migrate(try folder.read())
      #expect(outcomes.count == history.count)
      #expect(try fixture.runner.migrate(try folder.read()).isEmpty)
    }
  }

  /// Gives the directives to the patches whose refusal asks for them; returns how many are bare.
  private func markBare(in folder: PatchFolder) throws -> Int {
    var bare: Set<String> = []
    for problem in try folder.problems() {
      let file = String(problem.summary.prefix { $0 != ":" })
      let path = "\(folder.path)/\(file)"
      let text = try String(contentsOfFile: path, encoding: .utf8)
      let directive: String
      if problem.code == "patch.needs-no-transaction" {
        guard bare.insert(file).inserted else { continue }
        directive = "no-transaction"
      } else {
        directive = "allow \(problem.code.dropFirst("patch.".count)) because it is history"
      }
      try folder.write(file, Array("-- drydock: \(directive)\n\(text)".utf8))
    }
    return bare.count
  }
}
