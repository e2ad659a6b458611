/// How much of a table's rows a rehearsal had.
public enum Coverage: String, Codable, Sendable, Comparable, CaseIterable {
  /// None: the table was empty here, whatever it holds in production.
  case none
  /// Some of them.
  case sample
  /// All of them, as they were when the snapshot was taken.
  case whole

  /// Less coverage before more.
  public static func < (one: Coverage, other: Coverage) -> Bool { one.place < other.place }

  private var place: Int {
    switch self {
    case .none: 0
    case .sample: 1
    case .whole: 2
    }
  }
}
