/// A script of `pg_dump` or `pg_restore`, cut at its own comments into one part for each object.
///
/// The cut is sure: those comments stand between statements, and a line that only looks like one,
/// inside the text of a function, belongs to a string constant.
struct DefinitionScript {
  /// What makes one object.
  struct Part {
    /// The object's class, `TABLE` or `EVENT TRIGGER`, and its name, for a person.
    let kind: String
    let name: String
    /// The statements that make it.
    var statements: [String] = []
    /// All of them.
    var definition: String { statements.joined() }
    /// The statement that gives it an owner.
    var ownership: String?
    /// Parameters of the session for this part and those behind it.
    var settings: [String] = []
  }

  private let bytes: [UInt8]
  /// Where each object's comment begins.
  private let starts: [Int]
  private let tokens: [DefinitionTokens.Token]

  init(_ text: String) {
    var bytes = Array(text.utf8)
    let all = Array(DefinitionTokens(bytes))
    // psql's own lines are no SQL; as blanks they move nothing.
    for case (.meta, let range) in all.map({ ($0.kind, $0.range) }) {
      for place in range { bytes[place] = 32 }
    }
    tokens = all.filter { if case .meta = $0.kind { false } else { true } }
    starts = tokens.compactMap { token in
      guard case .comment = token.kind,
        bytes[token.range].starts(with: "-- Name: ".utf8)
      else { return nil }
      return token.range.lowerBound
    }
    self.bytes = bytes
  }

  /// What sets up a session, before the first object.
  var head: String { String(decoding: bytes[..<(starts.first ?? bytes.count)], as: UTF8.self) }

  /// The script without its head, which sets up a session.
  var body: String {
    starts.first.map { String(decoding: bytes[$0...], as: UTF8.self) } ?? ""
  }

  /// The text of each object.
  var entries: [String] { ranges.map { String(decoding: bytes[$0], as: UTF8.self) } }

  /// The parts, with owners apart from definitions.
  var parts: [Part] {
    var found: [Part] = []
    var rest = tokens[...]
    for range in ranges {
      let mine = rest.prefix { $0.range.lowerBound < range.upperBound }
      rest = rest.dropFirst(mine.count)
      let inside = mine.drop { $0.range.lowerBound < range.lowerBound }
      if let heading = inside.first { found.append(part(heading, inside.dropFirst(), range)) }
    }
    return found
  }

  private var ranges: [Range<Int>] {
    zip(starts, starts.dropFirst() + [bytes.count]).map { $0..<$1 }
  }

  /// Reads `-- Name: jobs; Type: TABLE; Schema: public; Owner: shop`.
  private func part(
    _ heading: DefinitionTokens.Token,
    _ tokens: ArraySlice<DefinitionTokens.Token>,
    _ range: Range<Int>
  ) -> Part {
    let title = String(decoding: bytes[heading.range].dropFirst(9), as: UTF8.self)
    let split = title.ranges(of: "; Type: ").last
    let name = split.map { String(title[..<$0.lowerBound]) } ?? title
    let kind = split.map { title[$0.upperBound...].prefix { $0 != ";" } } ?? ""
    var part = Part(kind: String(kind), name: name)
    var start = heading.range.upperBound
    var statement: [DefinitionTokens.Token] = []
    for token in tokens {
      if case .comment = token.kind { continue }
      statement.append(token)
      guard token.isEnd else { continue }
      part.take(String(decoding: bytes[start..<token.range.upperBound], as: UTF8.self), statement)
      start = token.range.upperBound
      statement = []
    }
    return part
  }
}

extension DefinitionScript.Part {
  fileprivate mutating func take(_ text: String, _ tokens: [DefinitionTokens.Token]) {
    let words = tokens.map(\.word)
    if words.first == "set", words.dropFirst().first??.hasPrefix("default_") == true {
      settings.append(text)
    } else if words.first == "alter", words.suffix(4).prefix(2) == ["owner", "to"] {
      ownership = text
    } else {
      statements.append(text)
    }
  }
}
