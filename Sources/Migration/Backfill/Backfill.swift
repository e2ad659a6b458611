internal import Problems

/// What makes a patch a backfill: one statement that is run for a range of rows at a time, until a
/// predicate finds no row any more.
///
/// Its texts are SQL as the author wrote it; the statement's variables `:batch`, `:from` and `:to`
/// stand for parameters, so that it is parsed once, and no value ever becomes part of its text.
public struct Backfill: Sendable, Equatable {
  /// The table whose rows are counted off, as SQL: `shop.orders`.
  public var table: String
  /// The name under which the statement knows it, where it is not the table's own.
  public var alias: String?
  /// The columns that tell its rows apart and bring them into an order, as SQL.
  public var key: [String]
  /// Which rows are left to do, as SQL.
  public var left: String
  /// What a person asked for besides: only rows for which this holds, as SQL.
  public var criteria: [String] = []
  /// How long one batch should take.
  public var batchTime: Duration = .seconds(1)
  /// How many rows may fail for good without holding up the patches that follow.
  public var toleratedLetters = 0

  /// The table with its alias, as it stands after FROM.
  var source: String { alias.map { "\(table) AS \($0)" } ?? table }

  /// The key's columns, each with the table's name, so that a join makes none of them ambiguous.
  var columns: [String] { key.map { "\(alias ?? table).\($0)" } }

  /// The key as one value that can be compared.
  var row: String { Self.row(columns) }

  /// Whose rows in which order: what must stay as it is while the backfill is unfinished.
  var target: String { "\(table) by \(key.joined(separator: ", "))" }

  /// The rows that are left, as a condition; a comment at its end takes nothing with it.
  var isLeft: String { "(\(left)\n)" }

  /// The rows that are left and that a person wants.
  var isWanted: String { ([left] + criteria).map { "(\($0)\n)" }.joined(separator: " AND ") }

  /// A key in a statement: its parameters begin with this number.
  func parameters(from number: Int) -> String {
    Self.row(key.indices.map { "$\(number + $0)" })
  }

  /// The rows between two keys, both with them: the parameters of the first key, then of the second.
  var isInRange: String {
    "\(row) BETWEEN \(parameters(from: 1)) AND \(parameters(from: 1 + key.count))"
  }

  private static func row(_ parts: [String]) -> String {
    parts.count == 1 ? parts[0] : "ROW(\(parts.joined(separator: ", ")))"
  }

  /// The variables that the statement has beside those from outside.
  enum Variable: String, CaseIterable {
    /// Holds for the rows of the batch that are left.
    case batch
    /// The first key of the batch.
    case from
    /// The last key of the batch.
    case to
  }

  /// What a variable stands for.
  func text(of variable: Variable) -> String {
    switch variable {
    case .batch: "(\(isInRange) AND \(isWanted))"
    case .from: parameters(from: 1)
    case .to: parameters(from: 1 + key.count)
    }
  }
}
