/// Renders the reference: a page in Markdown for each command, and one that lists them.
///
/// What help says, for people who read it in a browser. Examples stand in lines of text and not in
/// blocks, because blocks of the documents are run in their order.
public enum ReferencePages {
  /// A page by its file's name.
  public struct Page: Sendable, Equatable {
    /// Such as `key-add.md`.
    public var file: String
    /// In Markdown.
    public var text: String
  }

  /// Every page, the list first.
  ///
  /// - Parameters:
  ///   - root: The program.
  ///   - command: How these pages are made again.
  /// - Returns: The pages.
  public static func render(_ root: CommandInfo, madeBy command: String) -> [Page] {
    let note = "<!-- Made by '\(command)'; a change begins in the command. -->\n"
    return [Page(file: "README.md", text: note + list(root))]
      + root.visibleLeaves.map { Page(file: file($0), text: note + page($0)) }
  }

  private static func file(_ info: CommandInfo) -> String {
    info.path.dropFirst().joined(separator: "-") + ".md"
  }

  private static func list(_ root: CommandInfo) -> String {
    var text = "\n# Reference\n"
    for paragraph in HelpText.paragraphs(root.discussion) { text += "\n\(escaped(paragraph))\n" }
    for section in root.sections where section.commands.contains(where: { !$0.isHidden }) {
      text += "\n## \(section.title)\n\n| command | does |\n|---|---|\n"
      for leaf in section.commands.flatMap(\.visibleLeaves) {
        text += "| [`\(leaf.call)`](\(file(leaf))) | \(cell(leaf.summary)) |\n"
      }
    }
    for note in root.notes {
      text += "\n## \(note.title)\n\n| | |\n|---|---|\n"
      for row in note.rows { text += "| `\(row.term)` | \(cell(row.text)) |\n" }
    }
    let common = root.visibleLeaves.first?.options.filter { $0.heading != nil } ?? []
    for heading in headings(of: common) {
      text += table(heading ?? "Options", common.filter { $0.heading == heading })
    }
    return text
  }

  private static func page(_ info: CommandInfo) -> String {
    var text = "\n# `\(info.call)`\n\n\(escaped(info.summary))\n"
    text += "\n`\(HelpText.usage(info).dropFirst("Usage: ".count))`\n"
    for paragraph in HelpText.paragraphs(info.discussion) { text += "\n\(escaped(paragraph))\n" }
    text += table("Arguments", info.positionals)
    let own = info.options.filter { $0.heading == nil }
    text += table("Options", own)
    if own.count < info.options.count {
      text += "\nAnd the [options of every command](README.md#options-of-every-command).\n"
    }
    if !info.examples.isEmpty { text += "\n## Examples\n\n" }
    for example in info.examples {
      text += "- `\(example.line)`: \(escaped(example.purpose))\n"
    }
    return text
  }

  private static func headings(of options: [ArgumentInfo]) -> [String?] {
    var headings: [String?] = []
    for heading in options.map(\.heading) where !headings.contains(heading) {
      headings.append(heading)
    }
    return headings
  }

  private static func table(_ title: String, _ arguments: [ArgumentInfo]) -> String {
    guard !arguments.isEmpty else { return "" }
    return arguments.reduce("\n## \(title)\n\n| | |\n|---|---|\n") { text, argument in
      text + "| `\(argument.term.replacing("|", with: "\\|"))` | \(cell(argument.fullHelp)) |\n"
    }
  }

  private static func cell(_ text: String) -> String { escaped(text).replacing("|", with: "\\|") }

  /// What Markdown would take for a mark of its own.
  private static func escaped(_ text: String) -> String {
    text.replacing("<", with: "&lt;").replacing("*", with: "\\*").replacing("_", with: "\\_")
  }
}
