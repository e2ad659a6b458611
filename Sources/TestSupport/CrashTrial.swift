internal import Foundation
internal import ObjectStore
internal import Problems

/// One piece of work that is crashed at every single step that changes the disk, seed by seed.
///
/// A scenario says how the work begins, what is done, and how to look afterwards. To crash something
/// new, write another scenario: `begin` prepares a store, `work` does the work and notes in the record
/// what was reported as done, `inspect` expects all of that to be whole and does the next thing that a
/// user would do.
public struct CrashTrial<Record: Sendable>: Sendable {
  /// What a person calls the work.
  public let name: String
  private let begin: @Sendable (CrashScene) throws -> Record
  private let work: @Sendable (CrashScene, inout Record) throws -> Void
  private let inspect: @Sendable (CrashScene, inout Record) throws -> Void

  /// Describes a piece of work.
  ///
  /// - Parameters:
  ///   - name: What a person calls it.
  ///   - begin: Prepares the store without any fault, and returns what is whole by then.
  ///   - work: Does the work; it is crashed. What it reports as done goes into the record at once.
  ///   - inspect: Throws unless everything in the record is whole; then does the next work, and adds
  ///     it to the record.
  public init(
    _ name: String,
    begin: @escaping @Sendable (CrashScene) throws -> Record,
    work: @escaping @Sendable (CrashScene, inout Record) throws -> Void,
    inspect: @escaping @Sendable (CrashScene, inout Record) throws -> Void
  ) {
    self.name = name
    self.begin = begin
    self.work = work
    self.inspect = inspect
  }

  /// Runs the work with every fault that the seeds choose.
  ///
  /// - Parameters:
  ///   - seeds: Which seeds.
  ///   - isDurable: Whether the store syncs what it writes; false shows that a trial can fail.
  /// - Returns: What was found; nothing where all is well. At most ten findings are kept.
  /// - Throws: What the work throws without any fault.
  public func run(_ seeds: CrashSeeds = .usual, isDurable: Bool = true) throws -> CrashOutcome {
    let base = CrashDisk()
    let record = try begin(CrashScene(base, isDurable: true))
    // What was begun with is on disk: this is about the work.
    let start = base.rebooted(seed: 0)
    let clean = start.copy()
    var ignored = record
    try work(CrashScene(clean, isDurable: isDurable), &ignored)
    var outcome = CrashOutcome(seeds: seeds.count, steps: clean.steps.count)
    for crash in seeds.crashes(over: clean.steps.count) {
      outcome.planned += 1
      do {
        outcome.crashes += try run(crash, from: start, record, isDurable) ? 1 : 0
      } catch {
        guard outcome.findings.count < 10 else { continue }
        let step = "step \(crash.step) (\(clean.steps[crash.step - 1]))"
        outcome.findings.append("\(name), seed \(crash.seed), \(step), \(crash.fault): \(error)")
      }
    }
    return outcome
  }

  /// Crashes the work once; true when the step was reached.
  private func run(
    _ crash: CrashSeeds.Crash,
    from start: CrashDisk,
    _ record: Record,
    _ isDurable: Bool
  ) throws -> Bool {
    let disk = start.copy { $0 == crash.step ? crash.fault : .none }
    var record = record
    var isReached = false
    do {
      try work(CrashScene(disk, isDurable: isDurable), &record)
    } catch let problem as Problem {
      isReached = disk.steps.count >= crash.step
      guard isReached else { throw problem }
    }
    // A process that was killed, or that met a full disk, leaves a disk that runs on.
    let hasPower = crash.fault == .kill || crash.fault == .failure
    let after = hasPower ? disk.copy() : disk.rebooted(seed: crash.reboot)
    try inspect(CrashScene(after, isDurable: isDurable), &record)
    // What came after the crash was reported as done too, so now the power may go.
    let later = after.rebooted(seed: crash.reboot &+ 1)
    try inspect(CrashScene(later, isDurable: isDurable), &record)
    return isReached
  }
}
