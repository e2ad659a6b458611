public import Foundation
public import ObjectStore

/// What the scenario of a ``CrashTrial`` works on: a store on a disk that may fail, and its clock.
public struct CrashScene: Sendable {
  /// The store.
  public let store: any ObjectStore
  private let disk: CrashDisk

  /// A store on a disk.
  ///
  /// - Parameters:
  ///   - disk: The disk.
  ///   - isDurable: Whether the store syncs what it writes.
  public init(_ disk: CrashDisk, isDurable: Bool) {
    self.disk = disk
    store = LocalStore("/backups/store", isDurable: isDurable, on: disk)
  }

  /// The time, by which files are dated as well; it stands still unless it is told to pass.
  public var clock: @Sendable () -> Date {
    let disk = disk
    return { disk.now }
  }

  /// Lets time pass.
  public func pass(hours: Double) { disk.pass(hours: hours) }
}
