/// Which packs a check reads: all, or a share whose turn it is.
///
/// Packs are dealt into 100 parts by their names, which are hashes. Each day has a run of parts, and
/// the next day's begins where it ended: so a check every day, or every week, reads everything in
/// time and nothing twice before that. Two hosts on one day read the same.
public struct PackSample: Sendable, Equatable {
  /// Into how many parts the packs are dealt.
  static let parts = 100

  /// How many of a hundred packs are read.
  public let percent: Int
  /// Days since 1970: whose turn it is.
  public let day: Int

  /// Takes a share of the packs.
  ///
  /// - Parameters:
  ///   - percent: 1 to 100; what is less or more counts as those.
  ///   - day: Days since 1970.
  public init(percent: Int, day: Int) {
    self.percent = min(max(percent, 1), Self.parts)
    self.day = day
  }

  /// Every pack.
  public static let all = PackSample(percent: parts, day: 0)

  /// Checks on successive days until every pack has had its turn.
  public var daysForAll: Int { (Self.parts + percent - 1) / percent }

  /// The packs whose turn it is; at least one where there are any.
  func chosen(among packs: [PackID]) -> Set<PackID> {
    let today = packs.filter { distance(to: $0) < percent }
    if !today.isEmpty { return Set(today) }
    // A few packs do not fill a hundred parts: then the next in turn is read early.
    let next = packs.min { (distance(to: $0), $0) < (distance(to: $1), $1) }
    return next.map { [$0] } ?? []
  }

  /// Parts from the first one of today to a pack's.
  private func distance(to pack: PackID) -> Int {
    let parts = Self.parts
    let first = (day % parts * percent % parts + parts) % parts
    return (Int(pack.words.3 % UInt64(parts)) - first + parts) % parts
  }
}
