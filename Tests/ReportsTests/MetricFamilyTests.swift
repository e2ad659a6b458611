import Reports
import TestSupport
import Testing

@Suite("Metrics in the text format of Prometheus")
struct MetricFamilyTests {
  /// A reader of the format, written from its description alone.
  private struct Exposition {
    var types: [String: String] = [:]
    var helps: [String: String] = [:]
    var samples: [(name: String, labels: [String: String], value: Double)] = []

    struct Wrong: Error { var line: Substring }

    init(_ text: String) throws {
      guard text.isEmpty || text.hasSuffix("\n") else { throw Wrong(line: "no line end") }
      for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
        if let found = line.wholeMatch(of: /# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)/) {
          let name = String(found.2)
          if found.1 == "HELP" {
            guard helps.updateValue(String(found.3), forKey: name) == nil else {
              throw Wrong(line: line)
            }
          } else {
            // The type comes before the first number, and once.
            guard types.updateValue(String(found.3), forKey: name) == nil,
              !samples.contains(where: { $0.name == name })
            else { throw Wrong(line: line) }
          }
          continue
        }
        try addSample(line)
      }
    }

    private mutating func addSample(_ line: Substring) throws {
      let name = line.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "_:".contains($0)) }
      var rest = line.dropFirst(name.count)
      var labels: [String: String] = [:]
      if rest.first == "{" {
        rest = rest.dropFirst()
        while rest.first != "}" {
          let label = rest.prefix { $0 != "=" }
          guard label.wholeMatch(of: /[a-zA-Z_][a-zA-Z0-9_]*/) != nil else {
            throw Wrong(line: line)
          }
          rest = rest.dropFirst(label.count)
          guard rest.hasPrefix("=\"") else { throw Wrong(line: line) }
          rest = rest.dropFirst(2)
          var value = ""
          while let next = rest.first, next != "\"" {
            rest = rest.dropFirst()
            guard next == "\\" else {
              value.append(next)
              continue
            }
            switch rest.popFirst() {
            case "\\": value += "\\"
            case "n": value += "\n"
            case "\"": value += "\""
            default: throw Wrong(line: line)
            }
          }
          guard rest.popFirst() == "\"" else { throw Wrong(line: line) }
          labels[String(label)] = value
          if rest.first == "," { rest = rest.dropFirst() }
        }
        rest = rest.dropFirst()
      }
      guard !name.isEmpty, rest.popFirst() == " ", let value = Double(rest) else {
        throw Wrong(line: line)
      }
      samples.append((String(name), labels, value))
    }
  }

  private static let hostile = "a\"b\\c\nd{e=\"f\"} 1\n# TYPE g counter\u{1B}[31m"

  @Test("What is written can be read again, also with hostile names")
  func roundTrip() throws {
    let text = MetricFamily.exposition([
      MetricFamily(
        "drydock_age_seconds",
        "How old\nit \\ is.",
        [.init(1_800_000_000, [.init("a", Self.hostile), .init("b", "x")]), .init(0.25)]
      ),
      MetricFamily("drydock_nothing", "Nothing.", []),
      MetricFamily("drydock_up", "Whether.", [.init(1)]),
    ])
    try Golden.check(text, "metrics.prom")
    let read = try Exposition(text)
    #expect(read.types == ["drydock_age_seconds": "gauge", "drydock_up": "gauge"])
    #expect(read.helps["drydock_age_seconds"] == "How old\\nit \\\\ is.")
    let names = ["drydock_age_seconds", "drydock_age_seconds", "drydock_up"]
    #expect(read.samples.map(\.name) == names)
    #expect(read.samples.map(\.value) == [1_800_000_000, 0.25, 1])
    #expect(read.samples[0].labels == ["a": Self.hostile, "b": "x"])
  }

  @Test("Numbers keep their value", arguments: [0, -3, 1e15, 1e20, 0.1, .infinity])
  func numbers(value: Double) throws {
    let text = MetricFamily.exposition([MetricFamily("a", "A.", [.init(value)])])
    #expect(try Exposition(text).samples.map(\.value) == [value])
  }
}
