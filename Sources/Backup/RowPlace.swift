internal import Problems

/// Where a row lies in its heap, as it stands before the row's text: the page's number and a tab.
struct RowPlace {
  /// The page.
  let page: Int
  /// How many bytes the number and the tab take.
  let length: Int

  /// Reads the place, nil where there is none.
  ///
  /// A row of a table without columns has a newline instead of the tab.
  init?(_ row: Span<UInt8>) {
    var page = 0
    var position = 0
    while position < row.count, position < Self.mostDigits {
      let digit = Int(row[position]) - Int(UInt8(ascii: "0"))
      guard (0...9).contains(digit) else { break }
      page = page * 10 + digit
      position += 1
    }
    guard position > 0, row.count > position else { return nil }
    switch row[position] {
    case UInt8(ascii: "\t"): length = position + 1
    // Without columns nothing but the newline follows, which is the row.
    case UInt8(ascii: "\n") where row.count == position + 1: length = position
    default: return nil
    }
    self.page = page
  }

  /// A page's number has 32 bits.
  private static let mostDigits = 10

  /// What is wrong with a table whose rows have no place.
  static func missing(in table: String) -> Problem {
    Problem(
      code: "backup.row-place",
      "a row of \(table) came without its page",
      reason: "the server's access method has no heap pages that can be addressed",
      hint: "Report the table's access method (pg_class.relam)."
    )
  }
}
