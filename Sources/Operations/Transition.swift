/// How states, or JSON contents, of a table's rows may be repaired in bulk, as trusted configuration says.
public struct Transition: Sendable, Equatable {
  /// What people call it.
  public var name: String
  /// The table, as in SQL.
  public var table: String
  /// The column that tells one row from all others.
  public var id: String
  /// The column with the state; nil where only contents are edited.
  public var state: String?
  /// The column with the time of the last change, for selections by time.
  public var time: String?
  /// A query that returns the states: how the column has them, and what people call them.
  public var names: String?
  /// The statement that brings one row into a state: `$1` is its id, `$2` the state.
  public var apply: String?
  /// The paths that are allowed, from the state a row is in to the one it shall have.
  public var paths: [[String]] = []
  /// The column with JSON content.
  public var content: String?
  /// Rows in one transaction.
  public var batch = 100
  /// The pause between two batches.
  public var pause: Duration = .zero

  /// Makes a transition of a table; states and contents follow.
  public init(name: String, table: String, id: String) {
    self.name = name
    self.table = table
    self.id = id
  }
}
