import Foundation
import FoundationXML
import Reports
import TestSupport
import Testing

@Suite("Issues and cases in the formats of other tools")
struct IssueFormatTests {
  private static let plain = Report.Issue(
    rule: "table-rewrite",
    title: "Writes a table again",
    level: .error,
    message: "public.orders (2 GiB) is written again; nobody can use it for 31 s",
    file: "migrations/0007 größer.sql",
    line: 3,
    column: 7,
    fingerprint: "5f2d",
    page: "hazards/table-rewrite.md"
  )
  private static let whole = Report.Issue(
    rule: "no-undo",
    title: "Cannot be taken back",
    level: .note,
    message: "there is no undo file",
    file: "migrations/0008.sql",
    fingerprint: "77aa"
  )
  /// What a hostile name or message may hold: the means of every format to leave its own text.
  static let hostile = [
    "<script>alert(1)</script>", "]]> --> \" ' & %0A", "\u{1B}]0;title\u{07}\u{9B}31m",
    "one\n::error file=x::two\r\n##[set-output name=a]b", "::stop-commands::x", "a:b,c=d",
    "\u{202E}backwards\u{2066}", "\\ \u{0} \u{FFFF}", "`code` [link](javascript:x) **b** | cell",
  ]

  private static func hostileIssue(_ text: String) -> Report.Issue {
    Report.Issue(
      rule: text,
      title: text,
      level: .warning,
      message: text,
      file: text,
      line: 1,
      column: 1,
      fingerprint: "0",
      page: nil
    )
  }

  @Test("Each format stands as in the files")
  func golden() throws {
    let issues = [Self.plain, Self.whole, Self.plain]
    let tool = SARIF.Tool(name: "drydock", version: "1.2.3", address: "https://docs.example/")
    try Golden.check(SARIF.log(issues, by: tool).pretty, "issues.sarif")
    try Golden.check(CodeQuality.report(issues).pretty, "codequality.json")
    try Golden.check(WorkflowCommands.annotations(issues), "annotations.txt")
    try Golden.check(
      JUnit.document(
        "Rehearsal",
        [
          Report.Case(name: "0007", file: "0007.sql", seconds: 31.2345),
          Report.Case(name: "0008", file: "0008.sql", seconds: 0.01, failures: ["one <1>", "two"]),
        ]
      ),
      "cases.xml"
    )
  }

  @Test("SARIF has what the standard requires, and its rules are found by their place")
  func sarif() throws {
    let log = SARIF.log([Self.plain, Self.whole], by: .init(name: "drydock", version: "1.0.0"))
    #expect(log["version"]?.text == "2.1.0")
    let run = try #require(log["runs"]?.elements?.first)
    let rules = try #require(run["tool"]?["driver"]?["rules"]?.elements)
    for result in try #require(run["results"]?.elements) {
      let place = try #require(result["ruleIndex"]?.integer)
      #expect(rules[Int(place)]["id"] == result["ruleId"])
      #expect(["error", "warning", "note"].contains(result["level"]?.text))
      #expect(result["message"]?["text"]?.text?.isEmpty == false)
    }
    #expect(rules.count == 2)
  }

  @Test("A file's name is a relative reference, whatever it holds")
  func uri() {
    let log = SARIF.log([Self.plain], by: .init(name: "drydock", version: "1.0.0"))
    let location = log["runs"]?.elements?.first?["results"]?.elements?.first?["locations"]?
      .elements?.first
    let uri = location?["physicalLocation"]?["artifactLocation"]?["uri"]?.text
    #expect(uri == "migrations/0007%20gr%C3%B6%C3%9Fer.sql")
  }

  @Test("Hostile texts stay text in JSON", arguments: hostile)
  func json(text: String) throws {
    let issue = Self.hostileIssue(text)
    let documents = [
      SARIF.log([issue], by: .init(name: "drydock", version: "1.0.0")), CodeQuality.report([issue]),
    ]
    for document in documents {
      let bytes = Array(document.compact.utf8)
      #expect(!bytes.contains { $0 < 0x20 || $0 == 0x7F })
      #expect(try JSONParser.parse(bytes) == document)
    }
  }

  @Test("Hostile texts stay text in XML", arguments: hostile)
  func xml(text: String) throws {
    let document = JUnit.document(
      text,
      [Report.Case(name: text, file: text, seconds: 1, failures: [text, text])]
    )
    let reader = ElementNames()
    let parser = XMLParser(data: Data(document.utf8))
    parser.delegate = reader
    #expect(parser.parse(), "\(parser.parserError.map { "\($0)" } ?? ""): \(document)")
    #expect(reader.names == ["testsuites", "testsuite", "testcase", "failure"])
  }

  @Test("No hostile text is a command of a workflow of its own", arguments: hostile)
  func commands(text: String) {
    let annotations = WorkflowCommands.annotations([Self.hostileIssue(text)])
    #expect(annotations.split(separator: "\n").count == 1)
    #expect(annotations.hasPrefix("::warning file="))
    #expect(!annotations.contains("\r"))
    let quoted = WorkflowCommands.inert(text, token: "k3y").split(separator: "\n")
    #expect(quoted.first == "::stop-commands::k3y")
    #expect(quoted.last == "::k3y::")
  }

  @Test("No hostile text becomes markup of a page", arguments: hostile)
  func html(text: String) {
    let report = Report(
      title: text,
      blocks: [
        .difference([text, "+" + text]),
        .timeline(Timeline([.init(text, start: 0, seconds: 1, words: text, role: .bad)])),
      ]
    )
    for word in ["<script", "\u{1B}", "\u{9B}", "\u{202E}", "\u{0}"] {
      #expect(!report.html.contains(word))
      #expect(!report.text().contains(word) || word == "<script")
      #expect(!report.markdown.contains(word) || word == "<script")
    }
  }
}

/// The names of a document's elements, in the order in which they begin.
private final class ElementNames: NSObject, XMLParserDelegate {
  var names: [String] = []

  func parser(
    _ parser: XMLParser,
    didStartElement name: String,
    namespaceURI: String?,
    qualifiedName: String?,
    attributes: [String: String] = [:]
  ) {
    names.append(name)
  }
}
