internal import Problems
internal import Repository

/// What the repository remembers of a copy that is not there any more.
extension RestoreHistory {
  /// A copy that was dropped once a proven snapshot had it.
  struct Dropped: Sendable {
    let operation: String
    /// The live schema; nil for a whole database.
    let schema: String?
    let safetySnapshot: String
    let at: String

    /// How its content comes back.
    var wayBack: String {
      Self.wayBack(safetySnapshot, schema: schema)
    }

    /// How the content of a dropped copy comes back out of its safety snapshot.
    static func wayBack(_ snapshot: String, schema: String?) -> String {
      let words = schema.map { " --schema \($0)" } ?? ""
      return "its content is safe in snapshot \(snapshot), and drydock restore \(snapshot)"
        + " --into URL --replace\(words) brings it back"
    }
  }

  /// The last copy that was dropped, of an operation or of any.
  ///
  /// - Parameter operation: The id or a prefix of it; nil for any.
  /// - Returns: Nil where the repository remembers none.
  /// - Throws: What the store throws.
  func lastDropped(_ operation: String?) throws -> Dropped? {
    let suffix = "-\(OperationState.accepted.rawValue)"
    return try repository.records(kind: .restore)
      .filter { $0.hasSuffix(suffix) && $0.hasPrefix(operation ?? "") }
      .compactMap { try dropped($0) }
      .max { ($0.at, $0.operation) < ($1.at, $1.operation) }
  }

  /// Says of a copy that is not there how its content comes back, where that is known.
  func explaining(_ problem: Problem, _ operation: String?) -> Problem {
    var copy = problem
    do {
      guard let dropped = try lastDropped(operation) else { return problem }
      if operation != nil {
        copy.kind = .refused
        copy.summary = "operation \(dropped.operation) has dropped its copy; nothing was changed"
        copy.hint = "There is nothing to swap, but \(dropped.wayBack)."
      } else {
        copy.hint =
          [problem.hint, "Operation \(dropped.operation) dropped its copy: \(dropped.wayBack)."]
          .compactMap { $0 }.joined(separator: " ")
      }
    } catch {
      let why = (error as? Problem)?.summary ?? "a record cannot be read"
      copy.facts.append(.init("the repository's history", why))
    }
    return copy
  }
}
