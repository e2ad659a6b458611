/// What one repair shall do, and to which rows.
public struct TransitionRequest: Sendable, Equatable {
  /// What is done to each row.
  public enum Change: Sendable, Equatable {
    /// It goes along the path from the first state, which it is in, to the last.
    case path([String])
    /// Its JSON content is merged with this text (RFC 7396).
    case patch(String)

    /// The change as it is recorded.
    public var text: String {
      switch self {
      case .path(let states): states.joined(separator: " -> ")
      case .patch(let text): "patch \(text)"
      }
    }
  }

  /// What is done.
  public var change: Change
  /// Only rows in this state; a path says so by itself.
  public var state: String?
  /// Only rows with these ids; empty for all.
  public var ids: [String] = []
  /// Only rows whose time is this or later, as PostgreSQL reads it.
  public var since: String?
  /// Only rows whose time is before this.
  public var before: String?
  /// Only rows for which this SQL condition is true.
  public var condition: String?
  /// At most so many rows, by id.
  public var limit: Int?

  /// A change of every row that may have it.
  public init(_ change: Change) { self.change = change }

  /// The selection as it is recorded.
  var selectionText: String {
    let parts: [(String, String?)] = [
      ("state", startState), ("ids", ids.isEmpty ? nil : ids.joined(separator: ",")),
      ("since", since), ("before", before), ("where", condition), ("limit", limit.map { "\($0)" }),
    ]
    return parts.compactMap { name, value in value.map { "\(name) \($0)" } }
      .joined(separator: "; ")
  }

  /// The state that selected rows are in; nil for any.
  var startState: String? {
    if case .path(let states) = change { return states.first }
    return state
  }
}
