internal import Problems

extension Problem {
  /// The same problem, once the target holds a part of what was asked for.
  func afterPart(of database: String) -> Problem {
    var copy = self
    copy.kind = [.interrupted, .damaged].contains(kind) ? kind : .partial
    copy.facts.append(Fact("state", "database \(database) holds a part of the snapshot"))
    copy.hint =
      "Drop that database (or the schema that was restored), create it again, and restore again."
      + (hint.map { " \($0)" } ?? "")
    return copy
  }

  /// Someone asked to stop.
  static var interrupted: Problem {
    Problem(.interrupted, code: "interrupted", "the restore was interrupted")
  }
}
