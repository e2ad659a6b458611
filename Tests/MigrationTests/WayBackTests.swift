import Migration
import Postgres
import Problems
import TestSupport
import Testing

@Suite("What is taken back, and what is not")
struct WayBackTests {
  private static let head = "-- drydock: no-transaction\n"
  private static let three = [
    "0001_a.sql": "CREATE TABLE a ()", "0001_a.undo.sql": "DROP TABLE a",
    "0002_b.sql": "CREATE TABLE b ()", "0002_b.undo.sql": "DROP TABLE b",
    "0003_c.sql": "CREATE TABLE c ()", "0003_c.undo.sql": "DROP TABLE c",
  ]

  /// Without their undo files.
  private static func only(_ stems: String...) -> [String: String] {
    three.filter { file, _ in stems.contains(where: file.hasPrefix) }
  }

  private func order(_ fixture: RunnerFixture) throws -> String {
    try Ledger.read(fixture.eye).undoable.map { "\($0.version)" }.joined(separator: " ")
  }

  @Test("An edited file that was accepted does not make its patch the last that was applied")
  func repaired() throws {
    try withRunner(.v15) { fixture in
      let directory = try PatchFolder(Self.three).read()
      try fixture.runner.hold { held in
        for patch in directory.patches { try held.apply(patch) }
        try held.repair(directory.patches[0], because: "only a comment")
        #expect(held.state.undoable.map { "\($0.version)" } == ["0003", "0002", "0001"])
      }
      #expect(try order(fixture) == "0003 0002 0001")
      let outcome = try fixture.runner.hold { try $0.undo(directory) }
      #expect(outcome.name == "0003_c")
      #expect(try fixture.exists("a") && !fixture.exists("c"))
    }
  }

  @Test("A baseline stands after the patches of lower versions, whenever it was declared")
  func baseline() throws {
    try withRunner(.v15) { fixture in
      try fixture.migrate(Self.only("0001", "0003"))
      let directory = try PatchFolder(Self.three).read()
      try fixture.runner.hold { try $0.baseline([directory.patches[1]], because: "by hand") }
      #expect(try order(fixture) == "0003 0002 0001")
    }
  }

  @Test("A patch that was taken back and applied again is the last; one taken back is none")
  func again() throws {
    try withRunner(.v15) { fixture in
      try fixture.migrate(Self.three)
      let directory = try PatchFolder(Self.three).read()
      let first = try #require(Version("1"))
      try fixture.runner.hold { _ = try $0.undo(directory, first) }
      #expect(try order(fixture) == "0003 0002")
      try fixture.migrate(Self.three, Plan.Request(allowsOutOfOrder: true))
      #expect(try order(fixture) == "0001 0003 0002")
      try fixture.runner.hold { held in
        _ = try held.undo(directory, first)
        try held.baseline([directory.patches[0]], because: "made by hand")
      }
      #expect(try order(fixture) == "0003 0002 0001")
    }
  }

  @Test("An undo that stopped halfway comes first, and nothing else is taken back before it ends")
  func unfinishedUndo() throws {
    try withRunner(.v15) { fixture in
      var files = Self.three
      files["0003_c.undo.sql"] = Self.head + "DROP TABLE c; DROP TABLE d;"
      try fixture.migrate(files)
      let directory = try PatchFolder(files).read()
      let stopped = #expect(throws: Problem.self) {
        try fixture.runner.hold { _ = try $0.undo(directory) }
      }
      #expect(stopped?.kind == .partial)
      #expect(try fixture.ledger() == "0001:applied 0002:applied 0003:undone*")
      #expect(try order(fixture) == "0003 0002 0001")

      let second = try #require(Version("2"))
      let refused = #expect(throws: Problem.self) {
        try fixture.runner.hold { _ = try $0.undo(directory, second) }
      }
      #expect(refused?.code == "undo.unfinished")
      #expect(refused?.hint == "Go on with it first: drydock undo --version 0003")
      let planned = try fixture.problem(files)
      #expect(planned.hint == "Go on with: drydock undo --version 0003")

      try fixture.eye.execute("CREATE TABLE d ()")
      try fixture.runner.hold { held in
        let zero = try #require(Version("0"))
        let all = try held.undoable(directory, downTo: zero)
        #expect(all.map { "\($0.version)" } == ["0003", "0002", "0001"])
        for patch in all { _ = try held.undo(directory, patch.version) }
      }
      #expect(try fixture.ledger() == "0001:undone 0002:undone 0003:undone")
      #expect(try !fixture.exists("a") && !fixture.exists("c") && !fixture.exists("d"))
    }
  }

  @Test("Nothing is taken back from beneath a patch that is there in part")
  func unfinishedPatch() throws {
    try withRunner(.v15) { fixture in
      var files = Self.three
      files["0003_c.sql"] = Self.head + "CREATE TABLE c (); CREATE TABLE c ();"
      _ = try fixture.problem(files)
      let directory = try PatchFolder(files).read()
      for version in [nil, Version("2"), Version("3")] {
        let refused = #expect(throws: Problem.self) {
          try fixture.runner.hold { _ = try $0.undo(directory, version) }
        }
        #expect(refused?.code == "undo.unfinished")
      }
      let zero = try #require(Version("0"))
      #expect(throws: Problem.self) {
        try fixture.runner.hold { _ = try $0.undoable(directory, downTo: zero) }
      }
      #expect(try fixture.exists("a") && fixture.exists("b") && fixture.exists("c"))
    }
  }

  @Test("A patch outside a transaction whose first step failed is not there and hinders nothing")
  func untouched() throws {
    try withRunner(.v15) { fixture in
      var files = Self.three
      files["0003_c.sql"] = Self.head + "SELECT 1/0; SELECT 2;"
      _ = try fixture.problem(files)
      let directory = try PatchFolder(files).read()
      #expect(try fixture.runner.hold { try $0.undo(directory) }.name == "0002_b")
    }
  }

  @Test(
    "Many are taken back down to 0 or to a patch that is applied",
    arguments: ["7", "3", "R__x"]
  )
  func target(_ target: String) throws {
    try withRunner(.v15) { fixture in
      var files = Self.only("0001", "0002")
      files["R__x.sql"] = "SELECT 1"
      try fixture.migrate(files)
      let directory = try PatchFolder(Self.three).read()
      let version = try #require(Version(target))
      let refused = #expect(throws: Problem.self) {
        try fixture.runner.hold { _ = try $0.undoable(directory, downTo: version) }
      }
      #expect(refused?.kind == .usage && refused?.code == "undo.unknown-target")
      let one = try #require(Version("1"))
      let patches = try fixture.runner.hold { try $0.undoable(directory, downTo: one) }
      #expect(patches.map(\.name.stem) == ["0002_b"])
    }
  }

  @Test("An undo of many is refused before it begins where one script may not run")
  func objections() throws {
    try withRunner(.v15) { fixture in
      let files = [
        "00001_a.sql": "-- +goose Up\nCREATE TABLE a ();\n-- +goose Down\nCREATE DATABASE no;\n",
        "00002_b.sql": "-- +goose Up\nCREATE TABLE b ();\n-- +goose Down\nDROP TABLE b;\n",
      ]
      try fixture.migrate(files)
      let directory = try PatchFolder(files).read()
      let objection = try #require(directory.patches[0].undo?.objections.first)
      let zero = try #require(Version("0"))
      let refused = #expect(throws: Problem.self) {
        try fixture.runner.hold { _ = try $0.undoable(directory, downTo: zero) }
      }
      #expect(refused?.code == objection.code)
    }
  }

  @Test("A file is accepted only of a patch that is applied or began")
  func repair() throws {
    try withRunner(.v15) { fixture in
      var files = Self.three
      files["0001_a.undo.sql"] = Self.head + "DROP TABLE a; DROP TABLE d;"
      files["0003_c.sql"] = Self.head + "CREATE TABLE c (); CREATE TABLE c ();"
      let directory = try PatchFolder(files).read()
      func repair(_ index: Int) throws {
        try fixture.runner.hold { try $0.repair(directory.patches[index], because: "a test") }
      }
      let pending = #expect(throws: Problem.self) { try repair(0) }
      #expect(pending?.code == "repair.not-applied")
      #expect(pending?.hint?.hasSuffix("drydock baseline 0001") == true)
      #expect(try fixture.ledger() == "")
      _ = try fixture.problem(files)
      #expect(try fixture.ledger() == "0001:applied 0002:applied 0003:applied*")
      try repair(2)
      try fixture.runner.hold { _ = try $0.undo(directory, directory.patches[1].version) }
      #expect(throws: Problem.self) { try repair(1) }
      #expect(throws: Problem.self) {
        try fixture.runner.hold { _ = try $0.undo(directory, directory.patches[0].version) }
      }
      let begun = #expect(throws: Problem.self) { try repair(0) }
      #expect(begun?.hint == "Go on with: drydock undo --version 0001")
      #expect(try fixture.ledger() == "0001:undone* 0002:undone 0003:repaired")
    }
  }
}
