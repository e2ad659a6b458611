internal import Digests
internal import Snapshot

/// Compares what a full read finds on pages that did not change with what the parent says of them.
///
/// This is the net under the trick of reading changed pages only: digests check storage and restore,
/// never the splice.
struct ClaimCheck {
  let parent: ParentStripes
  /// Pages that have changed since, of which the parent claims nothing.
  let changed: PageSet
  let stripePages: Int
  let hasher: RowHasher

  /// The pages of a stripe that are not what the parent says though they did not change.
  func differences(_ number: Int, _ made: Stripe, _ marks: [StripeCutter.Mark]) throws -> [Int] {
    guard let claimed = parent[number], claimed.chunks != made.chunks else { return [] }
    var found: [Int] = []
    var before = StripeCutter.Mark(bytes: 0, digest: .zero)
    for (page, after) in marks.enumerated() {
      defer { before = after }
      let block = number * stripePages + page
      guard !changed.contains(block) else { continue }
      let claim = try claim(ofPage: page, inStripe: number)
      let isKept =
        claim.bytes == after.bytes - before.bytes
        && claim.digest == after.digest.subtracting(before.digest)
      if !isKept { found.append(block) }
    }
    return found
  }

  private func claim(ofPage page: Int, inStripe number: Int) throws -> StripeCutter.Mark {
    var claim = StripeCutter.Mark(bytes: 0, digest: .zero)
    try parent.rows(ofPage: page, inStripe: number) { row in
      claim.bytes += row.count
      claim.digest.add(hasher.digest(of: row.extracting(0..<(row.count - 1))))
    }
    return claim
  }
}
