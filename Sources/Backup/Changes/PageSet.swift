/// Pages of a table: sorted ranges that neither overlap nor touch.
///
/// Changed pages come in runs, so that a set of ranges stays small where a list of numbers would not.
struct PageSet: Sendable, Equatable {
  /// The ranges, in order.
  let ranges: [Range<Int>]

  /// No page.
  static let empty = PageSet(ranges: [])

  /// Makes a set of ranges in any order, which may overlap.
  init(ranges: [Range<Int>]) {
    var joined: [Range<Int>] = []
    for range in ranges.filter({ !$0.isEmpty }).sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = joined.last, range.lowerBound <= last.upperBound {
        let end = max(last.upperBound, range.upperBound)
        joined[joined.count - 1] = last.lowerBound..<end
      } else {
        joined.append(range)
      }
    }
    self.ranges = joined
  }

  /// Reads a multirange as the server writes it, `{[3,5),[9,10)}`; nil for another text.
  ///
  /// Source: manual, 8.17.5 "Range Input/Output"; ranges of whole numbers are written `[a,b)`.
  init?(multirange text: String) {
    guard text.hasPrefix("{"), text.hasSuffix("}") else { return nil }
    let bounds = text.dropFirst().dropLast().split(separator: ",")
    guard bounds.count.isMultiple(of: 2) else { return nil }
    var ranges: [Range<Int>] = []
    ranges.reserveCapacity(bounds.count / 2)
    for index in stride(from: 0, to: bounds.count, by: 2) {
      let (lower, upper) = (bounds[index], bounds[index + 1])
      guard lower.hasPrefix("["), upper.hasSuffix(")"),
        let start = Int(lower.dropFirst()), let end = Int(upper.dropLast()), start <= end
      else { return nil }
      ranges.append(start..<end)
    }
    self.init(ranges: ranges)
  }

  /// Whether it holds no page.
  var isEmpty: Bool { ranges.isEmpty }
  /// How many pages it holds.
  var count: Int { ranges.reduce(0) { $0 + $1.count } }

  /// Whether a page is in it.
  func contains(_ page: Int) -> Bool {
    let index = firstIndex(endingAfter: page)
    return index < ranges.count && ranges[index].contains(page)
  }

  /// Those of its pages that lie in a range.
  func intersection(_ range: Range<Int>) -> PageSet {
    guard !range.isEmpty else { return .empty }
    let start = firstIndex(endingAfter: range.lowerBound)
    let found = ranges[start...].prefix { $0.lowerBound < range.upperBound }
    return PageSet(ranges: found.map { $0.clamped(to: range) })
  }

  /// The pages of both.
  func union(_ other: PageSet) -> PageSet { PageSet(ranges: ranges + other.ranges) }

  /// The first range that ends after a page; found by halving, since a piece asks for each stripe.
  private func firstIndex(endingAfter page: Int) -> Int {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound > page { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
