import Cluster
import Foundation
import ObjectStore
import Postgres
import Problems
import Repository
import TestSupport

@testable import Backup

/// Snapshots in a row, in one repository, of a database that others change and crash meanwhile.
///
/// Each is compared, page by page and byte by byte, with a full read in its own exported snapshot.
struct Fire: Sendable {
  private let plan: FirePlan
  private let server: FireServer
  private let settings: ConnectionSettings
  private let repository: Repository

  /// Lights a fire, lets it burn as planned, and says what it has shown.
  static func burn(_ plan: FirePlan) async throws -> FireReport {
    print("\(plan.server) burns with DRYDOCK_FIRE_SEED=\(plan.seed)")
    let fire = try await Lane("fire").run { try Fire(plan) }
    let report = try await fire.burn()
    try await Lane("fire").run { try fire.server.scratch.remove() }
    print("fire on \(report)")
    return report
  }

  private init(_ plan: FirePlan) throws {
    self.plan = plan
    server = try FireServer(plan.server, autovacuum: plan.seed % 2 == 0)
    settings = server.scratch.settings(database: "fire")
    repository = try Repository.create(in: MemoryStore(), encryption: .none)
    try Connection.open(server.scratch.settings()).execute("CREATE DATABASE fire")
    let connection = try Connection.open(settings)
    try connection.execute("CREATE EXTENSION pageinspect")
    try connection.execute("CREATE TABLESPACE attic LOCATION ''")
    for table in LoadTable.allCases { try connection.execute(table.setUp) }
  }

  private func burn() async throws -> FireReport {
    let flame = Flame()
    return try await withThrowingTaskGroup(of: Void.self) { group in
      defer { flame.putOut() }
      for number in 1...plan.writers {
        group.addTask {
          try await Lane("writer").run {
            var writer = Writer(number, settings, seed: plan.seed)
            try writer.work(while: flame)
          }
        }
      }
      group.addTask {
        try await Lane("chaos").run {
          var chaos = chaos(seed: plan.seed + 1)
          try chaos.work(while: flame)
        }
      }
      var report = try await takeSnapshots()
      report.steps = flame.steps
      flame.putOut()
      try await group.waitForAll()
      return report
    }
  }

  private func chaos(seed: UInt64) -> Chaos {
    Chaos(server, settings, seed: seed, hasCrashes: plan.hasCrashes)
  }

  /// Rounds until all are done, time is up or a snapshot was wrong: what follows would be too.
  private func takeSnapshots() async throws -> FireReport {
    var report = FireReport(plan)
    var dice = SeededGenerator(seed: plan.seed)
    let started = ContinuousClock.now
    while report.rounds < plan.rounds, report.differences.isEmpty {
      let isOver = plan.limit.map { ContinuousClock.now - started > $0 } ?? false
      if isOver && report.rounds >= plan.leastRounds { break }
      let interludes = dice.number(0...2)
      let seed = dice.next()
      try await Lane("interlude").run {
        var chaos = chaos(seed: seed)
        for _ in 0..<interludes { try chaos.interlude() }
      }
      try await takeSnapshot(options(&dice), &report)
    }
    report.upheavals = server.calm
    return report
  }

  private func takeSnapshot(_ options: BackupOptions, _ report: inout FireReport) async throws {
    let calm = server.calm
    let oracle = Oracle(settings, seed: repository.digestSeed)
    var run = BackupRun(of: settings, into: repository, options: options)
    run.onRowsRead = { try await oracle.look(at: $0) }
    do {
      let result = try await run.run()
      report.count(result.manifest, try Difference.between(result, in: repository, oracle))
    } catch let problem as Problem where problem.isRetryable || server.calm != calm {
      report.brokenOff[problem.code, default: 0] += 1
    } catch let error as PostgresError where server.calm != calm {
      report.brokenOff[error.sqlState ?? "connection", default: 0] += 1
    }
  }

  /// What a person may ask for, drawn anew for every round.
  private func options(_ dice: inout SeededGenerator) -> BackupOptions {
    var options = BackupOptions()
    options.binaryDirectory = server.scratch.binaries.directory
    options.omitted = plan.omitted
    options.jobs = dice.number(1...3)
    options.isFullRead = dice.happens(0.1)
    options.horizonWait = dice.happens(0.8) ? 5 : 0.1
    options.checkpoint = dice.happens(0.6) ? .force : .wait(seconds: 0)
    return options
  }
}
