/// Finds what a mistyped word was probably meant to be.
public enum Spelling {
  /// The nearest candidate, if it is near enough to be a slip of the finger.
  public static func nearest(to word: String, among candidates: [String]) -> String? {
    let ranked = candidates.map { (distance(Array(word), Array($0)), $0) }
    guard let best = ranked.min(by: { $0.0 < $1.0 }), best.0 <= max(2, word.count / 3) else {
      return nil
    }
    return best.1
  }

  /// Levenshtein's distance: letters to insert, remove or replace.
  private static func distance(_ left: [Character], _ right: [Character]) -> Int {
    var row = Array(0...right.count)
    for (i, letter) in left.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in right.enumerated() {
        let replaced = diagonal + (letter == other ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
      }
    }
    return row[right.count]
  }
}
