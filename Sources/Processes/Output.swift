/// Where a child's standard output goes.
public enum Output {
  /// Nowhere.
  case discarded
  /// Into `Outcome.output`; more than `limit` bytes is an error, so that memory has a bound.
  case captured(limit: Int = 64 << 20)
  /// To a closure, piece by piece as it comes, with back-pressure: the child waits meanwhile.
  ///
  /// An error thrown by the closure stops the child and is thrown on.
  case streamed((Span<UInt8>) throws -> Void)
  /// Into an open descriptor, which stays the caller's to close.
  case descriptor(Int32)
}
