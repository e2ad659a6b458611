import TestSupport
import Testing

@testable import Repository

@Suite("A crash at any step loses nothing that was reported as done")
struct CrashTests {
  /// A trial of whatever record.
  struct Scenario: Sendable {
    let name: String
    let run: @Sendable (_ isDurable: Bool) throws -> CrashOutcome

    init<Record>(_ trial: CrashTrial<Record>) {
      name = trial.name
      run = { try trial.run(isDurable: $0) }
    }
  }

  /// To add work that is crashed: one more trial in this list.
  static let scenarios =
    [backup, rebuild, create, forget, mark, sweep, rescue, undo, repair].map(Scenario.init)
    + [rotate, addKey, removeKey].map(Scenario.init)

  @Test("Every step, every fault, seed by seed", arguments: scenarios.indices)
  func crash(scenario: Int) throws {
    let scenario = Self.scenarios[scenario]
    let outcome = try scenario.run(true)
    print("\(scenario.name): \(outcome)")
    #expect(outcome.findings == [], "\(scenario.name)")
    // Nearly all have to happen: the work goes on where only a lease or an older key slot stays,
    // and a pack's directory is now and then there already.
    #expect(outcome.crashes * 4 > outcome.planned * 3)
  }

  /// Work that reports something which only a sync makes true.
  static let syncing = [Scenario(backup), Scenario(forget), Scenario(rescue), Scenario(removeKey)]

  @Test(
    "A store that syncs nothing loses what it reported, so a trial can fail",
    arguments: syncing.indices
  )
  func unsynced(scenario: Int) throws {
    let scenario = Self.syncing[scenario]
    #expect(try !scenario.run(false).findings.isEmpty, "\(scenario.name)")
  }

  /// Creates a repository with so many snapshots.
  static func begin(_ count: Int, _ scene: CrashScene) throws -> DoneWork {
    let repository = try Repository.create(in: scene.store, encryption: .none, clock: scene.clock)
    var done = DoneWork()
    for _ in 0..<count { try done.take(in: repository) }
    return done
  }

  /// Everything is whole, and the next backup works and is whole too.
  static func inspect(_ scene: CrashScene, _ done: inout DoneWork) throws {
    try done.expectWhole(in: scene.open())
    try done.take(in: scene.open())
    try done.expectWhole(in: scene.open())
  }
}
