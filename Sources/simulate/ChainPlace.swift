/// Which version of its chain a place has after so many changes; see docs/format.md, "Chains".
struct ChainPlace {
  /// 127 would stand on six deltas: it begins the next chain.
  private static let length = 127

  /// The number of changes so far.
  let change: Int

  /// The place in the chain: 0 for what is stored whole.
  var version: Int { change % Self.length }

  /// The change whose version this one stands on; its own where it is stored whole.
  var baseChange: Int { change - version + (version & (version - 1)) }
}
