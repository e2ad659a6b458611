/// How many views lie below each view at most: a view can be filled after all those of less depth.
struct ViewDepth {
  private var sources: [Int: [Int]] = [:]
  private var depths: [Int: Int] = [:]

  /// Takes which view reads which.
  init(edges: [(view: Int, source: Int)]) {
    for (view, source) in edges { sources[view, default: []].append(source) }
    for view in sources.keys { depths[view] = measure(view) }
  }

  /// The depth of a view; 0 for one that reads tables only.
  subscript(_ view: Int) -> Int { depths[view] ?? 0 }

  /// Each view is measured once, so a net of views takes no longer than a chain.
  ///
  /// The server allows no circle of views, since a view must exist before another can read it.
  private mutating func measure(_ view: Int) -> Int {
    if let known = depths[view] { return known }
    depths[view] = 0
    let below = (sources[view] ?? []).map { measure($0) }
    let depth = below.max().map { $0 + 1 } ?? 0
    depths[view] = depth
    return depth
  }
}
