internal import Foundation

/// The seeds of a ``CrashTrial``: each one chooses some steps, and for each of them a fault, and what
/// is left of the disk.
public struct CrashSeeds: Sendable {
  /// One crash.
  struct Crash {
    let seed: UInt64
    /// At which step, from 1.
    let step: Int
    let fault: CrashDisk.Fault
    /// Decides what survives a loss of power.
    let reboot: UInt64
  }

  /// How many seeds, from 0.
  let count: Int
  /// A seed takes every so many-th step, and the next seed begins one step later, or more where
  /// there are fewer seeds.
  let stride: Int

  /// So many seeds; with as many as `stride` each step is crashed once, with more by another fault
  /// each time, with fewer steps are left out.
  ///
  /// - Parameters:
  ///   - count: How many seeds.
  ///   - stride: A seed takes one of so many steps.
  public init(count: Int, stride: Int) {
    self.count = count
    self.stride = stride
  }

  /// Whether `DRYDOCK_TEST_ALL` asks for everything.
  public static var isAll: Bool { ProcessInfo.processInfo.environment["DRYDOCK_TEST_ALL"] == "1" }

  /// One step of three under one of the four faults; with `DRYDOCK_TEST_ALL=1`, 100 seeds that
  /// crash every step five times, under all of them.
  public static var usual: CrashSeeds {
    isAll ? CrashSeeds(count: 100, stride: 20) : CrashSeeds(count: 10, stride: 30)
  }

  /// The crashes of some work with so many steps.
  func crashes(over steps: Int) -> [Crash] {
    let stride = min(stride, steps)
    let pace = max(1, stride / count)
    let faults = CrashDisk.Fault.allCases.filter { $0 != .none }
    return (0..<count).flatMap { seed in
      Swift.stride(from: 1 + seed * pace % stride, through: steps, by: stride).map { step in
        Crash(
          seed: UInt64(seed),
          step: step,
          fault: faults[(step + seed / stride) % faults.count],
          reboot: UInt64(seed) * 100_003 + UInt64(step)
        )
      }
    }
  }
}
