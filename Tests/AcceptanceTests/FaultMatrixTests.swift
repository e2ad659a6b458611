import Foundation
import TestSupport
import Testing

@Suite("Whatever happens to a replacing restore", .serialized)
struct FaultMatrixTests {
  private static let variables = ProcessInfo.processInfo.environment
  /// How many cells of each way are tried where not all are.
  private static let sample = 7
  /// So many broken cells are enough to see.
  private static let enough = 12

  @Test(
    "the target is in its old or its new state, the tool says which, and undo or resume ends it",
    arguments: ReplacedWay.allCases
  )
  func replacement(way: ReplacedWay) throws {
    // Most steps of a drop are those of a way without one, and of a backup.
    try Self.tryCells(of: .replace, way, sample: way.isDropping ? 4 : Self.sample)
  }

  @Test(
    "an undo leaves the old or the new state too, and can be repeated",
    arguments: ReplacedWay.undone
  )
  func undo(way: ReplacedWay) throws {
    try Self.tryCells(of: .undo, way, sample: 3)
  }

  @Test("a step of a kind that nobody thought of has no row, and the matrix says so")
  func unknown() {
    func row(_ label: String) -> [FaultCell.Kind] {
      FaultCell.row(of: PassedPoint(place: "1.1", label: label)).map(\.kind)
    }
    #expect(row("message before: NOTIFY") == [])
    #expect(row("store between put: a/b") == [])
    #expect(row("statement before: BEGIN") == FaultCell.Kind.allCases)
    #expect(row("statement after: BEGIN") == [.kill])
    #expect(row("statement after: COMMIT") == [.kill, .lostConnection, .serverCrash])
  }

  private static func tryCells(
    of action: FaultTrial.Action,
    _ way: ReplacedWay,
    sample: Int
  ) throws {
    let target = try way.target()
    defer { target.server.remove() }
    try target.server.saveRepository()
    let surroundings = try target.surroundings()
    let points = try cleanRun(of: action, target)
    if action == .replace {
      for landmark in way.landmarks {
        #expect(points.contains { $0.label.contains(landmark) }, "no \(landmark) in the log")
      }
    }
    let matrix = points.map { FaultCell.row(of: $0) }
    for (point, row) in zip(points, matrix) {
      #expect(!row.isEmpty, "no row of the matrix: \(point.label)")
    }
    #expect(Set(points.map(\.place)).count == points.count)
    let name = "faults of \(action == .undo ? "the undo of " : "")a restore by way of \(way)"
    let cells = chosen(matrix.flatMap { $0 }, name, sample)
    guard !cells.isEmpty else { return }
    var broken = 0
    for (number, cell) in cells.enumerated() {
      if number > 0, number.isMultiple(of: 100) { print("\(name): \(number) are tried") }
      let trial = FaultTrial(
        target: target,
        way: way,
        action: action,
        surroundings: surroundings,
        cell: cell
      )
      do {
        try trial.run()
      } catch {
        Issue.record("\(cell): \(error)")
        broken += 1
        try #require(broken < enough, "that is enough")
        try target.server.waitUntilAlone()
        try target.clear()
      }
    }
  }

  /// The log of a run in which nothing happens.
  private static func cleanRun(
    of action: FaultTrial.Action,
    _ target: any ReplacedTarget
  ) throws -> [PassedPoint] {
    let log = "\(target.user.directory)/points"
    try target.setLive("clean")
    try target.replace(action == .replace ? ["DRYDOCK_FAULT_LOG": log] : [:]).require(0)
    #expect(try target.state() == "snapshot")
    if action == .undo {
      try target.undo(["DRYDOCK_FAULT_LOG": log]).require(0)
      #expect(try target.state() == "clean")
    }
    try target.clear()
    return PassedPoint.all(log: log)
  }

  /// All cells, or a sample in which each kind of fault meets a point that decides.
  ///
  /// `DRYDOCK_TEST_CELLS` chooses some of them to look closer at: a part of `name: cell`, such as
  /// `way of database: kill at`.
  private static func chosen(
    _ cells: [FaultCell],
    _ name: String,
    _ sample: Int
  ) -> [FaultCell] {
    if let part = variables["DRYDOCK_TEST_CELLS"] {
      let some = cells.filter { "\(name): \($0)".contains(part) }
      print("\(name): only the \(some.count) of \(cells.count) cells with \(part) are tried")
      return some
    }
    guard variables["DRYDOCK_TEST_ALL"] != "1" else {
      print("\(name): all of \(cells.count) cells are tried")
      return cells
    }
    var random = SeededGenerator.announced(name)
    let mixed = cells.shuffled(using: &random)
    let certain = FaultCell.Kind.allCases.shuffled(using: &random).compactMap { kind in
      mixed.first { $0.kind == kind && $0.isDecisive }
    }
    let others = mixed.filter { cell in
      !certain.contains { $0.description == cell.description }
    }
    let chosen = Array((certain + others).prefix(sample))
    print("\(name): \(chosen.count) of \(cells.count) cells are tried")
    return chosen
  }
}
