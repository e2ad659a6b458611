import Reports
import TestSupport
import Testing

@Suite("Text for people")
struct TextTests {
  private let report: Report = {
    var table = Table([.flexible("name"), .number("size"), .text("state")])
    table.add("a short one", "1.00 KiB", "good")
    table.add("日本語の長い名前 that goes on and on, much too far", "23.4 GiB", "<bad & worse>")
    table.add("pipe | star *", "7 B")
    return Report(
      title: "What was found",
      blocks: [
        .paragraph("Two things are \u{1B}[31mwrong\u{1B}[0m.", role: .bad),
        .values([.init("where", "here"), .init("how long", "3 s")]),
        .heading("Things"),
        .table(table),
        .preformatted("select 1;\n  select `2`;"),
        .list(["first", "second\nline"]),
      ],
      json: ["things": 2]
    )
  }()

  @Test("A report renders as it stands in the files")
  func golden() throws {
    try Golden.check(report.text(), "report.txt")
    try Golden.check(report.text(width: 50), "report-narrow.txt")
    try Golden.check(report.text(style: Style(isColoured: true)), "report-coloured.txt")
    try Golden.check(report.markdown, "report.md")
    try Golden.check(report.html, "report.html")
  }

  @Test("No line of a table is wider than the terminal")
  func width() {
    for line in report.text(width: 50).split(separator: "\n") where line.contains("iB") {
      #expect(DisplayWidth.of(String(line)) <= 50)
    }
  }

  @Test("A mark with a combining accent behind it is escaped like any other")
  func combining() {
    let foreign = "x\"\u{301} onclick=a <\u{301}b |\u{301}"
    let element = HTML.element("p", ["title": foreign], [.text("'\u{301}")])
    let safe = "x&quot;\u{301} onclick=a &lt;\u{301}b |\u{301}"
    #expect(element.markup == "<p title=\"\(safe)\">&#39;\u{301}</p>")
    #expect(Markdown.text(foreign) == "x\"\u{301} onclick=a \\<\u{301}b \\|\u{301}")
    let output = PluginOutput(
      service: "S",
      status: .ok,
      summary: "a|\u{301}b",
      numbers: [.init("a'\u{301}b", 1, unit: "")]
    )
    #expect(output.text == "S OK - a/\u{301}b | 'a_\u{301}b'=1;;;0\n")
  }

  @Test("Text that steers a terminal or turns the direction is shown as an escape")
  func printable() {
    #expect(Printable.line("a\u{1B}[2J\nb") == "a\\u{1b}[2J\\nb")
    #expect(Printable.lines("a\n\tb\u{7}\u{9B}") == "a\n\tb\\u{7}\\u{9b}")
    #expect(Printable.line("a\u{202E}b") == "a\\u{202e}b")
    #expect(Printable.line("a\u{61C}b") == "a\\u{61c}b")
    #expect(Printable.line("ä日") == "ä日")
  }

  @Test("Widths count columns, not characters")
  func widths() {
    #expect(DisplayWidth.of("abc") == 3)
    #expect(DisplayWidth.of("日本") == 4)
    #expect(DisplayWidth.of("e\u{301}") == 1)
    #expect(DisplayWidth.of("👍") == 2)
    #expect(DisplayWidth.truncate("日本語", to: 5) == "日本…")
    #expect(DisplayWidth.truncate("abc", to: 3) == "abc")
    #expect(DisplayWidth.truncate("abc", to: 0) == "")
  }

  @Test("Colour needs a terminal and nobody who refuses it")
  func colours() {
    #expect(Style.suited(isTerminal: true, environment: [:]).isColoured)
    #expect(Style.suited(isTerminal: true, environment: ["NO_COLOR": ""]).isColoured)
    #expect(!Style.suited(isTerminal: true, environment: ["NO_COLOR": "1"]).isColoured)
    #expect(!Style.suited(isTerminal: true, environment: ["TERM": "dumb"]).isColoured)
    #expect(!Style.suited(isTerminal: false, environment: [:]).isColoured)
  }

  @Test("Markup in text stays text")
  func markup() {
    let html = HTML.element("a", ["title": "\"><script>"], [.text("<b>&'")]).markup
    #expect(html == "<a title=\"&quot;&gt;&lt;script&gt;\">&lt;b&gt;&amp;&#39;</a>")
    #expect(Markdown.block("```").hasPrefix("````\n"))
  }
}
