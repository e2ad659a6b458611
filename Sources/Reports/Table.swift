/// Rows under headings, for any output.
public struct Table: Sendable, Equatable {
  /// One column: its heading and how its cells stand.
  public struct Column: Sendable, Equatable {
    /// The heading.
    public var title: String
    /// Whether cells stand at the right edge, as numbers do.
    public var isNumeric: Bool
    /// Whether this column gives way first when the table is too wide.
    public var isFlexible: Bool

    /// Makes a column.
    public init(_ title: String, isNumeric: Bool = false, isFlexible: Bool = false) {
      self.title = title
      self.isNumeric = isNumeric
      self.isFlexible = isFlexible
    }

    /// A column of text.
    public static func text(_ title: String) -> Self { Self(title) }
    /// A column of text that gives way first when the table is too wide.
    public static func flexible(_ title: String) -> Self { Self(title, isFlexible: true) }
    /// A column of numbers.
    public static func number(_ title: String) -> Self { Self(title, isNumeric: true) }
  }

  /// The columns.
  public var columns: [Column]
  /// The rows; each has as many cells as there are columns.
  public var rows: [[String]]

  /// Makes a table.
  public init(_ columns: [Column], rows: [[String]] = []) {
    self.columns = columns
    self.rows = rows
  }

  /// Adds a row; missing cells are empty, extra ones are a mistake of the caller.
  public mutating func add(_ cells: String...) {
    precondition(cells.count <= columns.count, "a row has more cells than the table has columns")
    rows.append(cells + Array(repeating: "", count: columns.count - cells.count))
  }
}

extension Table {
  /// The narrowest that a column becomes.
  private static let narrowest = 6

  /// Lines of text that fit the width; cells that do not fit end in an ellipsis.
  ///
  /// With `width` nil nothing is cut, which is right for files and pipes.
  public func text(width: Int? = nil, style: Style = .plain) -> String {
    let safe = rows.map { $0.map(Printable.line) }
    let widths = columnWidths(safe, fitting: width)
    let heading = line(columns.map(\.title), widths)
    return ([style.apply(.strong, heading)] + safe.map { line($0, widths) })
      .map { $0 + "\n" }.joined()
  }

  /// A table of GitHub-flavoured Markdown.
  public var markdown: String {
    let rule = columns.map { $0.isNumeric ? "---:" : "---" }
    let lines =
      [columns.map { Markdown.cell($0.title) }, rule] + rows.map { $0.map(Markdown.cell) }
    return lines.map { "| \($0.joined(separator: " | ")) |\n" }.joined()
  }

  /// An HTML table that scrolls sideways on narrow screens.
  public var html: HTML {
    let heads = columns.map { column in
      HTML.element("th", column.isNumeric ? ["class": "number"] : [:], [.text(column.title)])
    }
    let body = rows.map { row in
      HTML.element(
        "tr",
        zip(columns, row).map { column, cell in
          .element("td", column.isNumeric ? ["class": "number"] : [:], [.text(cell)])
        }
      )
    }
    let table = HTML.element(
      "table",
      [.element("thead", [.element("tr", heads)]), .element("tbody", body)]
    )
    return .element("div", ["class": "wide"], [table])
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var text = zip(columns, zip(cells, widths)).map { column, cell in
      let cut = DisplayWidth.truncate(cell.0, to: cell.1)
      return DisplayWidth.pad(cut, to: cell.1, right: column.isNumeric)
    }
    .joined(separator: "  ")
    while text.last == " " { text.removeLast() }
    return text
  }

  private func columnWidths(_ rows: [[String]], fitting width: Int?) -> [Int] {
    var widths = columns.indices.map { index in
      ([columns[index].title] + rows.map { $0[index] }).map(DisplayWidth.of).max() ?? 0
    }
    guard let width else { return widths }
    let flexible = columns.indices.filter { columns[$0].isFlexible }
    let texts = columns.indices.filter { !columns[$0].isNumeric }
    for candidates in [flexible, texts] {
      while widths.reduce(2 * (widths.count - 1), +) > width,
        let widest = candidates.max(by: { widths[$0] < widths[$1] }),
        widths[widest] > Self.narrowest
      {
        widths[widest] -= 1
      }
    }
    return widths
  }
}
