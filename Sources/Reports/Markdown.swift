/// Protects text that is put into Markdown.
public enum Markdown {
  /// Text inside a paragraph or a heading, with everything that Markdown would read escaped.
  ///
  /// Scalar by scalar: a mark with a combining accent behind it is one to Markdown still.
  public static func text(_ text: String) -> String {
    let marks = "\\`*_{}[]<>#|~&".unicodeScalars
    var safe = String.UnicodeScalarView()
    for scalar in Printable.line(text).unicodeScalars {
      if marks.contains(scalar) { safe.append("\\") }
      safe.append(scalar)
    }
    return String(safe)
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
