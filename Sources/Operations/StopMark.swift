public import Foundation

/// The last word of a stop: the database was closed, and this snapshot has all that was in it.
public struct StopMark: Codable, Sendable, Equatable {
  /// The snapshot's name.
  public var snapshot: String
  /// The data's time, in seconds since 1970.
  public var dataTime: Double

  /// Makes a mark.
  public init(snapshot: String, dataTime: Date) {
    self.snapshot = snapshot
    self.dataTime = dataTime.timeIntervalSince1970
  }
}
