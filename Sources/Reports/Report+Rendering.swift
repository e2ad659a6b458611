extension Report {
  /// Lines for a terminal, with tables that fit `width` columns; nil cuts nothing.
  public func text(width: Int? = nil, style: Style = .plain) -> String {
    var parts: [String] = []
    if let title { parts.append(style.apply(.strong, Printable.line(title)) + "\n") }
    parts += blocks.map { $0.text(width: width, style: style) }.filter { !$0.isEmpty }
    return parts.joined(separator: "\n")
  }

  /// A Markdown document.
  public var markdown: String {
    let heading = title.map { ["# \(Markdown.text($0))\n"] } ?? []
    return (heading + blocks.map(\.markdown).filter { !$0.isEmpty }).joined(separator: "\n")
  }

  /// A self-contained HTML page.
  public var html: String {
    let heading = title.map { [HTML.element("h1", [.text($0)])] } ?? []
    return HTMLPage(title: title ?? "Report", body: heading + blocks.map(\.html)).document
  }
}

extension Report.Block {
  func text(width: Int?, style: Style) -> String {
    switch self {
    case .heading(let title): return style.apply(.strong, Printable.line(title)) + "\n"
    case .paragraph(let text, let role):
      let safe = Printable.lines(text)
      return (role.map { style.apply($0, safe) } ?? safe) + "\n"
    case .values(let fields):
      let column = fields.map { DisplayWidth.of($0.name) }.max() ?? 0
      return fields.map { field in
        let name = DisplayWidth.pad(Printable.line(field.name), to: column)
        return "\(style.apply(.faint, name))  \(Printable.line(field.value))\n"
      }.joined()
    case .table(let table): return table.text(width: width, style: style)
    case .preformatted(let text):
      return Printable.lines(text).split(separator: "\n", omittingEmptySubsequences: false)
        .map { $0.isEmpty ? "\n" : "    \($0)\n" }.joined()
    case .list(let points): return points.map { "- \(Printable.line($0))\n" }.joined()
    case .timeline: return ""
    case .difference(let lines): return Self.difference(lines, style)
    }
  }

  var markdown: String {
    switch self {
    case .heading(let title): "## \(Markdown.text(title))\n"
    case .paragraph(let text, _): Markdown.text(text) + "\n"
    case .values(let fields):
      fields.map { "- **\(Markdown.text($0.name))**: \(Markdown.text($0.value))\n" }.joined()
    case .table(let table): table.markdown
    case .preformatted(let text): Markdown.block(text)
    case .list(let points): points.map { "- \(Markdown.text($0))\n" }.joined()
    case .timeline: ""
    case .difference(let lines):
      Markdown.block(lines.map(Printable.line).joined(separator: "\n"), language: "diff")
    }
  }

  var html: HTML {
    switch self {
    case .heading(let title): return .element("h2", [.text(title)])
    case .paragraph(let text, let role):
      return .element("p", role.map { ["class": "\($0)"] } ?? [:], [.text(text)])
    case .values(let fields):
      return .element(
        "dl",
        fields.flatMap {
          [HTML.element("dt", [.text($0.name)]), .element("dd", [.text($0.value)])]
        }
      )
    case .table(let table): return table.html
    case .preformatted(let text): return .element("pre", [.text(text)])
    case .list(let points):
      return .element("ul", points.map { .element("li", [.text($0)]) })
    case .timeline(let timeline): return timeline.html
    case .difference(let lines):
      return .element("pre", lines.map(Self.differenceLine))
    }
  }

  private static func difference(_ lines: [String], _ style: Style) -> String {
    lines.map { line in
      let safe = Printable.line(line)
      return (role(of: line).map { style.apply($0, safe) } ?? safe) + "\n"
    }.joined()
  }

  private static func differenceLine(_ line: String) -> HTML {
    .element("div", role(of: line).map { ["class": "\($0)"] } ?? [:], [.text(line)])
  }

  private static func role(of line: String) -> Style.Role? {
    switch line.first {
    case "+": .good
    case "-": .bad
    default: nil
    }
  }
}
