import Reports
import Testing

@Suite("JSON")
struct JSONTests {
  private let value: JSONValue = [
    "b": [1, 2.5, nil, true], "a": "\"\\\n\u{1B}[31mé\u{85}", "empty": [], "none": .object([]),
  ]

  @Test("Members keep their order, and controls are escaped")
  func compact() {
    #expect(
      value.compact
        == #"{"b":[1,2.5,null,true],"a":"\"\\\n\u001b[31mé\u0085","empty":[],"none":{}}"#
    )
  }

  @Test("The canonical text sorts the members")
  func canonical() {
    #expect(
      value.canonical
        == #"{"a":"\"\\\n\u001b[31mé\u0085","b":[1,2.5,null,true],"empty":[],"none":{}}"#
    )
  }

  @Test("What is written is read again")
  func roundTrip() throws {
    for text in [value.compact, value.pretty, value.canonical] {
      #expect(try JSONParser.parse(text).canonical == value.canonical)
    }
  }

  @Test("Numbers keep their kind")
  func numbers() throws {
    let text = "[0,-1,9223372036854775807,1.5,1e3,-0.25]"
    #expect(
      try JSONParser.parse(text)
        == [0, -1, .integer(.max), 1.5, .number(1000), .number(-0.25)]
    )
    #expect(JSONValue.number(3).compact == "3.0")
    #expect(JSONValue.number(.infinity).compact == "null")
  }

  @Test("Escapes become their characters")
  func escapes() throws {
    #expect(try JSONParser.parse(#""\u00e9\ud83d\ude00\/""#) == .string("é😀/"))
  }

  @Test(
    "What is no JSON is refused",
    arguments: [
      "", "{", "[1,]", "{\"a\":1,}", "{\"a\":1,\"a\":2}", "01", "1.", "+1", "nul", "'a'",
      "\"\u{1}\"", "\"\\x\"", "\"\\ud800\"", "1 2", "NaN",
    ]
  )
  func refused(_ text: String) {
    #expect(throws: JSONError.self) { try JSONParser.parse(text) }
  }

  @Test("Depth is bounded")
  func depth() {
    let deep = String(repeating: "[", count: 200)
    let error = #expect(throws: JSONError.self) { try JSONParser.parse(deep) }
    #expect(error?.message == "expected at most 128 levels")
  }
}
