import Reports
import TestSupport
import Testing

@Suite("A report in a browser")
struct ReportPageTests {
  private static let hostile = "<script>document.title='owned'</script><img src=x onerror=alert(1)>"

  /// Every kind of block, with long words, many rows and hostile names.
  private static let report: Report = {
    var table = Table([.text("place"), .flexible("what"), .number("time")])
    for row in 1...40 {
      table.add("\(row):1", "\(hostile) \(String(repeating: "word ", count: row))", "\(row) ms")
    }
    table.add("41:1", String(repeating: "unbroken", count: 60), "1 ms")
    return Report(
      title: hostile,
      blocks: [
        .values([.init("snapshot", String(repeating: "x", count: 300)), .init(hostile, hostile)]),
        .heading(hostile),
        .timeline(
          Timeline([
            .init(
              "ALTER TABLE " + String(repeating: "t", count: 200),
              start: 0,
              seconds: 1,
              words: "1 s"
            ),
            .init(hostile, start: 1, seconds: 0, words: String(repeating: "w ", count: 200)),
          ])
        ),
        .table(table),
        .difference(["+ added " + String(repeating: "c", count: 400), "- \(hostile)", "~ changed"]),
        .preformatted(String(repeating: "select ", count: 100)),
        .list([hostile, String(repeating: "y", count: 300)]),
        .paragraph(String(repeating: "z", count: 500), role: .bad),
      ]
    )
  }()

  @Test("It loads without a word on the console, and nothing in it runs")
  func console() throws {
    let visit = try Browser().visit(Self.report.html)
    #expect(visit.console == [])
    #expect(!visit.document.contains("<script"))
    #expect(!visit.document.contains("<img"))
    #expect(!visit.document.contains("<title>owned"))
    #expect(visit.document.contains("&lt;script&gt;"))
  }

  @Test("A page that asks for something is heard on the console, so that silence means something")
  func loud() throws {
    let markup = Self.report.html.replacing(
      "<main>",
      with: "<main><img src=\"https://x.invalid/\">"
    )
    #expect(try !Browser().visit(markup).console.isEmpty)
  }

  @Test("It fits the window, from a phone to a desk", arguments: [320, 390, 768, 1400])
  func width(window: Int) throws {
    let width = try #require(try Browser().width(of: Self.report.html, in: window))
    #expect(width <= window)
    let wide = Self.report.html.replacing("<main>", with: "<main><hr style=\"width:3000px\">")
    #expect(try #require(try Browser().width(of: wide, in: window)) >= 3000)
  }
}
