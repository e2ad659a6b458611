internal import Problems

/// A row's place in its heap, as it stands before the row's text: `(block,offset)` and a tab.
struct TuplePlace {
  /// The page.
  let block: Int
  /// The line pointer in the page.
  let offset: Int
  /// How many bytes place and tab take.
  let length: Int

  /// Reads the place, nil where there is none.
  ///
  /// A row of a table without columns has a newline instead of the tab.
  init?(_ row: Span<UInt8>) {
    var position = 1
    let block = Self.number(row, &position)
    position += 1
    let offset = Self.number(row, &position)
    position += 1
    guard row.count > position, row[0] == UInt8(ascii: "("), let block, let offset,
      row[position] == UInt8(ascii: "\t") || row.count == position + 1
    else { return nil }
    self.block = block
    self.offset = offset
    // Without columns nothing but the newline follows, which is the row.
    length = row[position] == UInt8(ascii: "\t") ? position + 1 : position
  }

  /// What is wrong with a table whose rows have no place.
  static func missing(in table: String) -> Problem {
    Problem(
      code: "backup.ctid",
      "a row of \(table) came without its place",
      reason: "the server's access method has no heap pages that can be addressed",
      hint: "Report the table's access method (pg_class.relam)."
    )
  }

  private static func number(_ row: Span<UInt8>, _ position: inout Int) -> Int? {
    var number = 0
    let start = position
    while position < row.count, position - start < 10 {
      let digit = Int(row[position]) - Int(UInt8(ascii: "0"))
      guard (0...9).contains(digit) else { break }
      number = number * 10 + digit
      position += 1
    }
    return position > start ? number : nil
  }
}
