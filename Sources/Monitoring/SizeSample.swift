public import FoundationEssentials

/// What a repository took at some time.
public struct SizeSample: Sendable, Equatable {
  /// When it was measured.
  public var time: Date
  /// Bytes of all objects.
  public var bytes: Int

  /// Makes a sample.
  public init(time: Date, bytes: Int) {
    self.time = time
    self.bytes = bytes
  }
}
