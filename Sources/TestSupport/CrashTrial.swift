internal import Foundation
public import ObjectStore
internal import Problems

/// One piece of work that is crashed at every single step that changes the disk, seed by seed.
///
/// A scenario says how the work begins, what is done, and how to look afterwards. To crash something
/// new, such as a collection, write another scenario: `begin` prepares a store, `work` does the work
/// and notes in the record what was reported as done, `inspect` expects all of that to be whole and
/// does the next thing that a user would do.
public struct CrashTrial<Record: Sendable>: Sendable {
  /// What a person calls the work.
  public let name: String
  private let begin: @Sendable (any ObjectStore) throws -> Record
  private let work: @Sendable (any ObjectStore, inout Record) throws -> Void
  private let inspect: @Sendable (any ObjectStore, inout Record) throws -> Void

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
    begin: @escaping @Sendable (any ObjectStore) throws -> Record,
    work: @escaping @Sendable (any ObjectStore, inout Record) throws -> Void,
    inspect: @escaping @Sendable (any ObjectStore, inout Record) throws -> Void
  ) {
    self.name = name
    self.begin = begin
    self.work = work
    self.inspect = inspect
  }

  /// How often the work was crashed, and what was found.
  public struct Outcome: Sendable {
    /// Crashes that happened.
    public var crashes = 0
    /// How many steps the work has without a fault.
    public var steps = 0
    /// What was wrong: seed, step, fault and the error, ready to print.
    public var findings: [String] = []
  }

  /// Seeds of a usual run, and with `DRYDOCK_TEST_ALL` set.
  ///
  /// A usual run takes one step of so many for each seed, another one each time.
  public static var seeds: (range: Range<UInt64>, stride: Int) {
    ProcessInfo.processInfo.environment["DRYDOCK_TEST_ALL"] == nil ? (0..<60, 15) : (0..<500, 5)
  }

  /// Runs the work with every fault that the seeds choose.
  ///
  /// - Parameter isDurable: Whether the store syncs what it writes; false shows that a trial can
  ///   fail.
  /// - Returns: What was found; nothing where all is well. At most ten findings are kept.
  /// - Throws: What the work throws without any fault.
  public func run(isDurable: Bool = true) throws -> Outcome {
    let store = { @Sendable (disk: CrashDisk) -> any ObjectStore in
      LocalStore("/backups/store", isDurable: isDurable, on: disk)
    }
    let base = CrashDisk()
    let record = try begin(LocalStore("/backups/store", on: base))
    // What was begun with is on disk: this is about the work.
    let start = base.rebooted(seed: 0)
    let clean = start.copy()
    var ignored = record
    try work(store(clean), &ignored)
    var outcome = Outcome()
    outcome.steps = clean.steps.count
    let (seeds, stride) = Self.seeds
    for seed in seeds {
      let first = 1 + Int(seed) % stride
      for step in Swift.stride(from: first, through: outcome.steps, by: stride) {
        let faults = CrashDisk.Fault.allCases.filter { $0 != .none }
        let fault = faults[(step + Int(seed / UInt64(stride))) % faults.count]
        let reboot = seed &* 100_003 &+ UInt64(step)
        do {
          outcome.crashes += try crash(start, record, at: step, fault, reboot, store) ? 1 : 0
        } catch {
          guard outcome.findings.count < 10 else { continue }
          outcome.findings.append(
            "\(name), seed \(seed), step \(step) (\(clean.steps[step - 1])), \(fault): \(error)"
          )
        }
      }
    }
    return outcome
  }

  /// Crashes the work once; true when the step was reached.
  private func crash(
    _ start: CrashDisk,
    _ record: Record,
    at step: Int,
    _ fault: CrashDisk.Fault,
    _ seed: UInt64,
    _ store: (CrashDisk) -> any ObjectStore
  ) throws -> Bool {
    let disk = start.copy { $0 == step ? fault : .none }
    var record = record
    var isReached = false
    do {
      try work(store(disk), &record)
    } catch let problem as Problem {
      isReached = disk.steps.count >= step
      guard isReached else { throw problem }
    }
    // A process that was killed, or that met a full disk, leaves a disk that runs on.
    let hasPower = fault == .kill || fault == .failure
    let after = hasPower ? disk.copy() : disk.rebooted(seed: seed)
    try inspect(store(after), &record)
    // What came after the crash was reported as done too, so now the power may go.
    try inspect(store(after.rebooted(seed: seed &+ 1)), &record)
    return isReached
  }
}
