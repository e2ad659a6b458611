internal import Bytes

/// The tokens of SQL as `pg_dump` writes it, with their places.
///
/// Just enough of the lexical structure (manual, 4.1) to know what is code and what only looks like
/// it: text in a function's body must never be taken for a statement.
struct DefinitionTokens: Sequence, IteratorProtocol {
  /// What a token is.
  enum Kind {
    /// A name or a keyword without quotes, in lower case.
    case word(String)
    /// A name in double quotes, without them.
    case quoted(String)
    /// A string constant, as it stands.
    case text
    /// A comment up to the end of its line.
    case comment
    /// A line for `psql`, which begins with a backslash.
    case meta
    /// Any other character.
    case sign(UInt8)
  }

  /// A token and the bytes that it takes.
  struct Token {
    let kind: Kind
    let range: Range<Int>
  }

  let bytes: [UInt8]
  private var position: Int

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = 0
  }

  mutating func next() -> Token? {
    while let byte = peek(), byte == 32 || (9...13).contains(byte) { position += 1 }
    let start = position
    guard let byte = peek() else { return nil }
    let kind = kind(byte)
    return Token(kind: kind, range: start..<position)
  }

  private mutating func kind(_ byte: UInt8) -> Kind {
    switch byte {
    case UInt8(ascii: "-") where peek(1) == UInt8(ascii: "-"):
      skipLine()
      return .comment
    case UInt8(ascii: "\\"):
      skipLine()
      return .meta
    case UInt8(ascii: "\""):
      let start = position
      skipQuoted(byte, escapes: false)
      return .quoted(name(in: start..<position))
    case UInt8(ascii: "'"):
      skipQuoted(byte, escapes: false)
      return .text
    case UInt8(ascii: "$"):
      return skipDollars() ? .text : .sign(byte)
    case let byte where Self.isWord(byte):
      return word()
    default:
      position += 1
      return .sign(byte)
    }
  }

  private mutating func word() -> Kind {
    let start = position
    // A dollar sign within a name opens no string.
    while let byte = peek(), Self.isWord(byte) || byte == UInt8(ascii: "$") { position += 1 }
    let word = String(decoding: bytes[start..<position], as: UTF8.self)
    if word == "E" || word == "e", peek() == UInt8(ascii: "'") {
      skipQuoted(UInt8(ascii: "'"), escapes: true)
      return .text
    }
    return .word(word.lowercased())
  }

  /// Skips `$tag$ ... $tag$`; false where no such text begins here.
  private mutating func skipDollars() -> Bool {
    var end = position + 1
    while end < bytes.count, Self.isWord(bytes[end]) { end += 1 }
    guard end < bytes.count, bytes[end] == UInt8(ascii: "$") else {
      position += 1
      return false
    }
    let tag = bytes[position...end]
    position = end + 1
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "$"), bytes[position...].starts(with: tag) {
        position += tag.count
        return true
      }
      position += 1
    }
    return true
  }

  /// Skips to behind the closing quote; two quotes stand for one.
  private mutating func skipQuoted(_ quote: UInt8, escapes: Bool) {
    position += 1
    while let byte = peek() {
      position += 1
      if escapes, byte == UInt8(ascii: "\\") {
        position += 1
      } else if byte == quote {
        guard peek() == quote else { return }
        position += 1
      }
    }
  }

  private mutating func skipLine() {
    while let byte = peek(), byte != 10 { position += 1 }
  }

  private func name(in range: Range<Int>) -> String {
    let text = String(decoding: bytes[range.dropFirst().dropLast()], as: UTF8.self)
    return text.undoubling("\"")
  }

  private func peek(_ ahead: Int = 0) -> UInt8? {
    position + ahead < bytes.count ? bytes[position + ahead] : nil
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "_"), 48...57, 65...90, 97...122, 128...255: true
    default: false
    }
  }
}

extension DefinitionTokens.Token {
  /// The keyword, or the name without quotes.
  var word: String? {
    if case .word(let word) = kind { return word }
    return nil
  }

  /// The name, whether it stands in quotes or not.
  var name: String? {
    switch kind {
    case .word(let name), .quoted(let name): name
    default: nil
    }
  }

  /// Whether the token ends a statement.
  var isEnd: Bool {
    if case .sign(UInt8(ascii: ";")) = kind { return true }
    return false
  }
}

extension DefinitionTokens {
  /// The statements of a script as lists of keywords and of names, without dots: `a.t` is two.
  ///
  /// A token that is no keyword, or no name, is an empty text there.
  static func statements(of script: String) -> [(words: [String], names: [String])] {
    var found: [(words: [String], names: [String])] = []
    var statement: (words: [String], names: [String]) = ([], [])
    for token in DefinitionTokens(Array(script.utf8)) {
      switch token.kind {
      case .comment, .meta, .sign(UInt8(ascii: ".")): continue
      default: break
      }
      statement.words.append(token.word ?? "")
      statement.names.append(token.name ?? "")
      guard token.isEnd else { continue }
      found.append(statement)
      statement = ([], [])
    }
    return found
  }
}
