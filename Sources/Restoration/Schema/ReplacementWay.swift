/// How a live schema is replaced.
public enum ReplacementWay: String, Sendable, CaseIterable {
  /// Everything in one transaction: readers and writers wait from its first lock to its end.
  case transaction
  /// The new copy is built beside the live one; they wait for the exchange of names alone.
  case beside
}
