/// Renders what `--help` prints.
public enum HelpText {
  /// The help of a command or a group, at most `width` columns wide.
  public static func render(_ info: CommandInfo, width: Int = 80) -> String {
    var page = Page(width: max(40, width))
    page.line("\(info.call) - \(info.summary)")
    page.paragraph(usage(info), hanging: 2)
    for paragraph in paragraphs(info.discussion) { page.paragraph(paragraph) }
    arguments(of: info, on: &page)
    for section in info.sections {
      let visible = section.commands.filter { !$0.isHidden }
      page.list(section.title, visible.map { ($0.name, $0.summary) })
    }
    for note in info.notes { page.list(note.title, note.rows.map { ($0.term, $0.text) }) }
    examples(info.examples, on: &page)
    if !info.sections.isEmpty {
      page.paragraph("'\(info.call) COMMAND --help' explains a command.")
    }
    return page.text
  }

  /// The line that shows how to call the command.
  public static func usage(_ info: CommandInfo) -> String {
    if !info.sections.isEmpty { return "Usage: \(info.call) COMMAND ..." }
    let required = info.options.filter(\.isRequired).map(\.usage)
    let hasOptional = info.options.contains { !$0.isRequired }
    let words =
      ["Usage:", info.call] + info.positionals.map(\.usage) + required
      + (hasOptional ? ["[options]"] : [])
    return words.joined(separator: " ")
  }

  /// Splits a discussion at its empty lines, and joins the lines within.
  static func paragraphs(_ text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .split { $0.allSatisfy(\.isWhitespace) }
      .map { $0.joined(separator: " ") }
  }

  private static func arguments(of info: CommandInfo, on page: inout Page) {
    page.list("Arguments", info.positionals.map { ($0.term, $0.fullHelp) })
    var headings: [String?] = []
    for heading in info.options.map(\.heading) where !headings.contains(heading) {
      headings.append(heading)
    }
    for heading in headings {
      let options = info.options.filter { $0.heading == heading }
      page.list(heading ?? "Options", options.map { ($0.term, $0.fullHelp) })
    }
  }

  private static func examples(_ examples: [Example], on page: inout Page) {
    guard !examples.isEmpty else { return }
    page.heading("Examples")
    for example in examples {
      page.line("  \(example.line)")
      page.wrapped(example.purpose, indent: 6)
    }
  }

  /// Lines of text that grow to a page.
  private struct Page {
    let width: Int
    var text = ""

    mutating func line(_ line: String) { text += line + "\n" }

    mutating func heading(_ title: String) { text += "\n\(title):\n" }

    mutating func paragraph(_ words: String, hanging: Int = 0) {
      text += "\n"
      for (index, row) in wrap(words, width - hanging).enumerated() {
        line(String(repeating: " ", count: index == 0 ? 0 : hanging) + row)
      }
    }

    mutating func wrapped(_ words: String, indent: Int) {
      for row in wrap(words, width - indent) {
        line(String(repeating: " ", count: indent) + row)
      }
    }

    mutating func list(_ title: String, _ rows: [(term: String, text: String)]) {
      guard !rows.isEmpty else { return }
      heading(title)
      let column = min(26, (rows.map(\.term.count).max() ?? 0) + 4)
      for row in rows {
        let lines = wrap(row.text, width - column)
        let fits = row.term.count + 4 <= column
        if !fits { line("  \(row.term)") }
        for (index, text) in lines.enumerated() {
          let left = index == 0 && fits ? "  \(row.term)" : ""
          line(left + String(repeating: " ", count: column - left.count) + text)
        }
      }
    }
  }

  /// Breaks a text at spaces so that no line exceeds the width, unless one word does.
  static func wrap(_ text: String, _ width: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(whereSeparator: \.isWhitespace) {
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}
