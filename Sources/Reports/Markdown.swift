/// Protects text that is put into Markdown.
public enum Markdown {
  /// Text inside a paragraph or a heading, with everything that Markdown would read escaped.
  ///
  /// By scalars: a bar with a combining mark behind it is one character, and would end a cell.
  public static func text(_ text: String) -> String {
    Printable.line(text).unicodeScalars.map { scalar in
      ("\\`*_{}[]<>#|~&".unicodeScalars.contains(scalar) ? "\\" : "") + String(scalar)
    }
    .joined()
  }

  /// Text inside a cell of a table.
  public static func cell(_ text: String) -> String { self.text(text) }

  /// A block of preformatted text, fenced by more backticks than the text holds.
  public static func block(_ text: String, language: String = "") -> String {
    let longest = text.split(whereSeparator: { $0 != "`" }).map(\.count).max() ?? 0
    let fence = String(repeating: "`", count: max(3, longest + 1))
    return "\(fence)\(language)\n\(Printable.lines(text))\n\(fence)\n"
  }
}
