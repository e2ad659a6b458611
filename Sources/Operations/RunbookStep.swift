/// One thing to do: a statement, or a program.
///
/// No shell is between, so nothing needs quoting.
public enum RunbookStep: Sendable, Equatable {
  /// One SQL statement, run in the transaction that records it.
  case sql(String)
  /// A program and its arguments.
  case command([String])

  /// The step as a person reads it.
  public var text: String {
    switch self {
    case .sql(let text): text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    case .command(let words): words.joined(separator: " ")
    }
  }
}
