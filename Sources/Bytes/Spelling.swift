/// Finds the word that someone probably meant.
public enum Spelling {
  /// The nearest candidate, or nil when none is near enough to be a slip of the fingers.
  ///
  /// Near enough is one edit for every three letters, and never more than three; or that the word is
  /// the beginning of one candidate and of no other.
  public static func nearest(to word: String, in candidates: [String]) -> String? {
    if let near = near(word, in: candidates).first { return near }
    let longer = Set(candidates).filter { $0.hasPrefix(word) }
    return word.count > 1 && longer.count == 1 ? longer.first : nil
  }

  /// All candidates that are near enough to be meant, the nearest first, each once.
  public static func near(_ word: String, in candidates: [String]) -> [String] {
    let limit = min(3, max(1, word.count / 3))
    let found = Set(candidates).map { (candidate: $0, distance: distance(word, $0)) }
    return
      found
      .filter { $0.distance <= limit }
      .sorted { ($0.distance, $0.candidate) < ($1.distance, $1.candidate) }
      .map(\.candidate)
  }

  /// The number of insertions, deletions, replacements and swaps of neighbours between two words.
  ///
  /// This is the "optimal string alignment" variant of the Damerau-Levenshtein distance.
  public static func distance(_ left: String, _ right: String) -> Int {
    let left = Array(left)
    let right = Array(right)
    var beforePrevious: [Int] = []
    var previous = Array(0...right.count)
    for row in left.indices {
      var current = [row + 1]
      for column in right.indices {
        let replacement = previous[column] + (left[row] == right[column] ? 0 : 1)
        var best = min(replacement, previous[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          best = min(best, beforePrevious[column - 1] + 1)
        }
        current.append(best)
      }
      beforePrevious = previous
      previous = current
    }
    return previous[right.count]
  }
}
