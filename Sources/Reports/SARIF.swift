/// Issues in the Static Analysis Results Interchange Format 2.1.0 (OASIS standard, errata 01).
public enum SARIF {
  /// The tool that found the issues.
  public struct Tool: Sendable, Equatable {
    var name: String
    var version: String
    var address: String?

    /// Names a tool.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - version: Its version, as semantic versioning writes it.
    ///   - address: Where its documentation is, as a URL that ends in a slash; nil for nowhere.
    public init(name: String, version: String, address: String? = nil) {
      self.name = name
      self.version = version
      self.address = address
    }
  }

  /// The log of one run.
  public static func log(_ issues: [Report.Issue], by tool: Tool) -> JSONValue {
    let rules = Self.rules(of: issues)
    let driver: [JSONValue.Member] =
      [
        .init("name", .string(tool.name)), .init("semanticVersion", .string(tool.version)),
        .init("rules", .array(rules.map { rule($0, of: tool) })),
      ] + (tool.address.map { [.init("informationUri", .string($0))] } ?? [])
    return [
      "version": "2.1.0",
      "runs": [
        [
          "tool": ["driver": .object(driver)],
          "columnKind": "unicodeCodePoints",
          "results": .array(
            issues.map { issue in
              result(issue, rules.firstIndex { $0.rule == issue.rule })
            }
          ),
        ]
      ],
    ]
  }

  /// One issue of each rule, in the order in which rules appear first.
  private static func rules(of issues: [Report.Issue]) -> [Report.Issue] {
    var seen: Set<String> = []
    return issues.filter { seen.insert($0.rule).inserted }
  }

  private static func rule(_ issue: Report.Issue, of tool: Tool) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("id", text(issue.rule)), .init("shortDescription", ["text": text(issue.title)]),
    ]
    if let address = tool.address, let page = issue.page {
      members.append(.init("helpUri", .string(address + page)))
    }
    return .object(members)
  }

  private static func result(_ issue: Report.Issue, _ rule: Int?) -> JSONValue {
    var place: [JSONValue.Member] = [
      .init("artifactLocation", ["uri": .string(uri(issue.file))])
    ]
    if let line = issue.line {
      let column = issue.column.map { [JSONValue.Member("startColumn", JSONValue($0))] } ?? []
      place.append(.init("region", .object([.init("startLine", JSONValue(line))] + column)))
    }
    return [
      "ruleId": text(issue.rule),
      "ruleIndex": JSONValue(rule ?? -1),
      "level": .string(issue.level.rawValue),
      "message": ["text": text(issue.message)],
      "locations": [["physicalLocation": .object(place)]],
      "partialFingerprints": ["drydock/v1": .string(issue.fingerprint)],
    ]
  }

  private static func text(_ text: String) -> JSONValue { .string(Printable.lines(text)) }

  /// A relative reference (RFC 3986, 4.2): what is neither unreserved nor a slash is encoded.
  static func uri(_ path: String) -> String {
    path.utf8.map { byte in
      let scalar = Unicode.Scalar(byte)
      let isPlain =
        scalar.isASCII
        && (scalar.properties.isAlphabetic || (0x30...0x39).contains(byte)
          || "-._~/".unicodeScalars.contains(scalar))
      guard !isPlain else { return String(Character(scalar)) }
      let digits = String(byte, radix: 16, uppercase: true)
      return "%" + (byte < 16 ? "0" : "") + digits
    }.joined()
  }
}
