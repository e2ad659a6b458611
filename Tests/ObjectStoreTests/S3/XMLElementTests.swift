import TestSupport
import Testing

@testable import ObjectStore

@Suite("The XML of a store is read within bounds")
struct XMLElementTests {
  private func read(_ text: String) -> XMLElement? { XMLElement(document: Array(text.utf8)) }

  @Test("Names, texts, references, sections, comments and attributes")
  func document() throws {
    let root = try #require(
      read(
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <!-- one -->
        <s:List xmlns:s="http://example.org/>"><A>a &lt;&amp;&#233;&#x21;</A><B/><A x='1'>two</A>
        <C><![CDATA[<raw>]]> and<!-- no --> more</C></s:List>

        """
      )
    )
    #expect(root.name == "List" && root.children.map(\.name) == ["A", "B", "A", "C"])
    #expect(root["A"]?.text == "a <&é!" && root["B"]?.text == "")
    #expect(root["C"]?.text == "<raw> and more")
  }

  @Test(
    "What is not whole, not closed in order, or defines its own entities is refused",
    arguments: [
      "", "text", "<A>", "<A></B>", "<A><B></A></B>", "<A/><B/>", "<A>&lol;</A>", "<A>&</A>",
      "<!DOCTYPE A [<!ENTITY a \"b\">]><A>&a;</A>", "<A", "<A x=\"1></A>", "<A>&#x110000;</A>",
      "<A></A>rest", "<></>", "<A><!-- </A>", "<A><![CDATA[</A>",
    ]
  )
  func refused(text: String) { #expect(read(text) == nil) }

  @Test("Depth and number are bounded")
  func bounds() {
    let deep = { (count: Int) in
      String(repeating: "<A>", count: count) + String(repeating: "</A>", count: count)
    }
    #expect(read(deep(16)) != nil && read(deep(17)) == nil && read(deep(100_000)) == nil)
    let wide = { (count: Int) in "<A>" + String(repeating: "<B/>", count: count) + "</A>" }
    #expect(read(wide(99_999)) != nil && read(wide(100_000)) == nil)
  }

  @Test("Whatever is cut or changed, reading ends with an element or with nothing")
  func mutilated() {
    let whole = Array("<L a='1'><K>k&amp;</K><!-- c --><![CDATA[d]]><E/></L>".utf8)
    for length in 0..<whole.count { #expect(XMLElement(document: Array(whole[..<length])) == nil) }
    var generator = SeededGenerator.announced()
    for _ in 0..<20_000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] =
          UInt8.random(in: .min ... .max, using: &generator)
      }
      if let root = XMLElement(document: bytes) { #expect(root.children.count <= 5) }
    }
  }
}
