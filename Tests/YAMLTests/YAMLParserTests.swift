import Testing
import YAML

@Suite("A small YAML document")
struct YAMLParserTests {
  private func refusal(_ text: String) -> YAMLError? {
    #expect(throws: YAMLError.self) { try YAMLParser.parse(text) }
  }

  @Test("Values know their line and column")
  func places() throws {
    let root = try #require(try YAMLParser.parse("a: 1\nb:\n  - \"two\"\n  - {c: ü}\n"))
    guard case .mapping(let entries) = root.content,
      case .sequence(let list) = entries[1].value.content
    else {
      Issue.record("another shape was read")
      return
    }
    #expect(entries.map(\.key.name) == ["a", "b"])
    #expect(entries[1].key.mark == YAMLMark(line: 2, column: 1))
    #expect(entries[0].value.content == .scalar("1", isQuoted: false))
    #expect(list[0].content == .scalar("two", isQuoted: true))
    #expect(list[0].mark == YAMLMark(line: 3, column: 5))
    guard case .mapping(let inner) = list[1].content else {
      Issue.record("another shape was read")
      return
    }
    #expect(inner[0].value.content == .scalar("ü", isQuoted: false))
  }

  @Test("An empty document is nothing", arguments: ["", "\n", "# only a comment\n"])
  func empty(_ text: String) throws { #expect(try YAMLParser.parse(text) == nil) }

  @Test("Nothing can be spelled in several ways, but not in quotes")
  func null() throws {
    #expect(try YAMLParser.parse("~")?.isNull == true)
    #expect(try YAMLParser.parse("null")?.isNull == true)
    #expect(try YAMLParser.parse("'null'")?.isNull == false)
  }

  @Test("A key that comes twice names the first place")
  func duplicates() {
    let error = refusal("a: 1\nb: 2\na: 3\n")
    #expect(error?.message == "The key 'a' is already given in line 1")
    #expect(error?.mark == YAMLMark(line: 3, column: 1))
  }

  @Test(
    "What a configuration does not need is refused",
    arguments: [
      ("a: &x 1\n", "Anchors and aliases are not supported"),
      ("a: *x\n", "Anchors and aliases are not supported"),
      ("a: &x [1]\n", "Anchors and aliases are not supported"),
      ("a: !!int 1\n", "Tags are not supported"),
      ("--- a\n--- b\n", "Only one document is expected"),
      ("? [a]\n: b\n", "A key must be a plain text"),
    ]
  )
  func refused(_ text: String, _ message: String) {
    #expect(refusal(text)?.message == message)
  }

  @Test("A syntax error tells its place")
  func syntax() {
    let error = refusal("a: 1\nb: [1, 2\nc: 3\n")
    #expect(error?.mark.line == 3)
    #expect(error?.message.isEmpty == false)
  }

  @Test("Depth and size are bounded")
  func bounds() {
    let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
    #expect(refusal(deep)?.message == "More than 32 levels are nested")
    let long = String(repeating: "# comment\n", count: 110_000)
    #expect(refusal(long)?.message == "The document is longer than 1048576 bytes")
  }

  @Test("Bytes that are no character are refused with their place")
  func control() {
    #expect(refusal("a: 1\nb: \u{1}\n")?.mark.line == 2)
  }
}
