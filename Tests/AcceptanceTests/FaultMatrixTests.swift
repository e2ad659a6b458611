import Foundation
import Postgres
import TestSupport
import Testing

@Suite("Whatever happens to a replacing restore", .serialized)
struct FaultMatrixTests {
  /// How many cells of each way are tried where not all are.
  private static let sample = 7

  @Test(
    "the target is in its old or its new state, the tool says which, and undo or resume ends it",
    arguments: ReplacedWay.allCases
  )
  func holds(way: ReplacedWay) throws {
    let shop = try ReplacedShop(way)
    defer { shop.remove() }
    let log = "\(shop.user.directory)/points"
    try shop.setLive("clean")
    try shop.replace(["DRYDOCK_FAULT_LOG": log]).require(0)
    #expect(try shop.state() == "snapshot")
    try shop.clear()
    let points = FaultPoints.passed(log: log)
    #expect(points.contains { $0.contains("statement before: COMMIT") })
    #expect(points.contains { $0.contains("store before put: restores/") })
    let matrix = FaultCell.all(of: points)
    for (point, cells) in zip(points, matrix) {
      #expect(!cells.isEmpty, "no row of the matrix: \(point)")
    }
    for cell in chosen(matrix.flatMap { $0 }, way) { try shop.trial(cell) }
  }

  /// All cells, or a sample in which each kind of fault meets a point that decides.
  private func chosen(_ cells: [FaultCell], _ way: ReplacedWay) -> [FaultCell] {
    let name = "faults of a restore by way of \(way)"
    guard ProcessInfo.processInfo.environment["DRYDOCK_TEST_ALL"] != "1" else {
      print("\(name): all of \(cells.count) cells are tried")
      return cells
    }
    var random = SeededGenerator.announced(name)
    let mixed = cells.shuffled(using: &random)
    let certain = FaultCell.Kind.allCases.compactMap { kind in
      mixed.first { $0.kind == kind && $0.isDecisive }
    }
    let chosen = certain + mixed.prefix(Self.sample - certain.count)
    print("\(name): \(chosen.count) of \(cells.count) cells are tried")
    return chosen
  }
}
