import Foundation
import Postgres
import Processes
import TestSupport
import Testing

@Suite("Whatever happens to a migration", .serialized)
struct RunnerFaultTests {
  private static let isAll = ProcessInfo.processInfo.environment["DRYDOCK_TEST_ALL"] == "1"
  /// How many cells are tried where not all are.
  private static let sample = 24

  @Test("a second one finishes it: nothing twice, nothing skipped, no index that does not work")
  func matrix() throws {
    let trial = try MigrationTrial()
    defer { trial.server.remove() }
    let points = try trial.cleanRun()
    let matrix = points.map { FaultCell.row(of: $0) }
    for (point, row) in zip(points, matrix) {
      #expect(!row.isEmpty, "no row of the matrix: \(point.label)")
    }
    for landmark in MigrationTrial.landmarks {
      #expect(points.contains { $0.label.contains(landmark) }, "no \(landmark) in the log")
    }
    var random = SeededGenerator.announced("faults of a migration")
    let all = matrix.flatMap { $0 }
    let cells = Self.isAll ? all : Self.chosen(all, &random)
    print("faults of a migration: \(points.count) points, \(cells.count) of \(all.count) cells")
    for cell in cells { try trial.run(cell) }
  }

  /// One of each kind at a point that decides, and any others.
  private static func chosen(
    _ cells: [FaultCell],
    _ random: inout SeededGenerator
  ) -> [FaultCell] {
    let decisive = cells.filter(\.isDecisive).shuffled(using: &random)
    let certain = FaultCell.Kind.allCases.flatMap { kind in
      decisive.filter { $0.kind == kind }.prefix(2)
    }
    let rest = cells.shuffled(using: &random)
      .filter { cell in !certain.contains { $0.description == cell.description } }
    return certain + rest.prefix(sample - certain.count)
  }

  /// Not at a step but within one: while the server builds an index, and waits for a writer to end.
  @Test("also in the middle of an index that is being built", arguments: ["kill", "end", "crash"])
  func middle(_ fault: String) throws {
    let trial = try MigrationTrial()
    defer { trial.server.remove() }
    try trial.reset()
    let writer = try Connection.open(trial.settings)
    // It holds the table as one that writes does, and no row: only the index waits for it.
    try writer.execute("BEGIN; LOCK TABLE t IN ROW EXCLUSIVE MODE")
    let run = try trial.server.user.invocation(trial.command).start()
    let building =
      "SELECT pid FROM pg_stat_progress_create_index WHERE phase LIKE 'waiting for writers%'"
    var pid: Int?
    while pid == nil {
      pid = try trial.server.sql(building, in: trial.database).int
      if run.status != nil { break }
    }
    let server = try #require(pid, "the build was never seen")
    switch fault {
    case "kill": run.signal(.kill)
    case "end": try trial.server.sql("SELECT pg_terminate_backend(\(server))")
    default: kill(pid_t(server), SIGKILL)
    }
    _ = try run.wait(timeLimit: .seconds(60))
    _ = try? writer.execute("ROLLBACK")
    // A killed client's build goes on in the server: the next run waits for it or says so.
    try trial.server.waitUntilAlone(except: writer.backendPID)
    let next = try trial.server.user.run(trial.command)
    #expect(next.code == 0, "\(fault): \(next)")
    #expect(try trial.state() == MigrationTrial.final, "\(fault)")
  }
}
