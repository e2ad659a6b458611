/// How far a check has come.
public struct CheckProgress: Sendable, Equatable {
  /// What is being looked at.
  public var phase: String
  /// Bytes of packs that were read.
  public var bytes: Int
  /// All bytes of packs that will be; 0 where none are.
  public var totalBytes: Int

  /// Makes a state.
  public init(_ phase: String, bytes: Int = 0, totalBytes: Int = 0) {
    self.phase = phase
    self.bytes = bytes
    self.totalBytes = totalBytes
  }
}
