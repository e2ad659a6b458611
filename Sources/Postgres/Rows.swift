/// The rows that a query returned, as the text that the server sent.
///
/// Small results only: catalogs, settings, counts. The rows of tables go through `copyOut`.
public struct Rows: Sendable, RandomAccessCollection {
  /// One row; its values are read by column name.
  public struct Row: Sendable {
    fileprivate let rows: Rows
    fileprivate let index: Int

    /// The value of a column, nil for NULL.
    public subscript(_ column: String) -> String? {
      guard let place = rows.places[column] else {
        preconditionFailure("the query has no column \(column): \(rows.columns)")
      }
      return rows.values[index * rows.columns.count + place]
    }

    /// The value of a column by its place from 0, nil for NULL.
    public subscript(_ place: Int) -> String? { rows.values[index * rows.columns.count + place] }

    /// The text of a column that is never NULL; an empty string stands for NULL.
    public func string(_ column: String) -> String { self[column] ?? "" }

    /// The whole number in a column that is never NULL; 0 stands for NULL.
    public func int(_ column: String) -> Int { self[column].flatMap { Int($0) } ?? 0 }

    /// The truth in a column that is never NULL; false stands for NULL.
    public func bool(_ column: String) -> Bool { self[column] == "t" }

    /// The number in a column, nil for NULL.
    public func double(_ column: String) -> Double? { self[column].flatMap { Double($0) } }
  }

  /// The names of the columns.
  public let columns: [String]
  /// How many rows a command without a result set touched, as its tag says; 0 where it says nothing.
  public let affected: Int
  private let places: [String: Int]
  private let values: [String?]
  private let rowCount: Int

  init(columns: [String], values: [String?], rowCount: Int, affected: Int) {
    self.columns = columns
    self.values = values
    self.rowCount = rowCount
    self.affected = affected
    places = Dictionary(
      columns.enumerated().map { ($0.element, $0.offset) },
      uniquingKeysWith: { first, _ in first }
    )
  }

  /// The first position, 0.
  public var startIndex: Int { 0 }
  /// The number of rows.
  public var endIndex: Int { rowCount }
  /// The row at a position.
  public subscript(position: Int) -> Row { Row(rows: self, index: position) }

  /// The first value of the first row, nil when there is none or it is NULL.
  public var value: String? { first?[0] }
  /// The first value as a whole number.
  public var int: Int? { value.flatMap { Int($0) } }
  /// The first value as a truth.
  public var bool: Bool { value == "t" }
}
