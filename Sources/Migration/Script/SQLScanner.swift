/// Steps over the tokens of SQL as the server's lexer and psql do, byte by byte.
///
/// Source: PostgreSQL manual, 4.1 "Lexical Structure", and psql's page. Bytes above 127 are letters
/// in every encoding that a server can store, so no encoding need be known.
/// `standard_conforming_strings` is assumed on: only `E''` knows backslash escapes.
struct SQLScanner {
  static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// What one step went over.
  enum Token: Equatable {
    case blank
    case comment
    /// An unquoted word in lower case; an empty one where it is longer than any keyword of interest.
    case word(String)
    case quoted
    case variable(SourcePiece.VariableReference)
    case semicolon
    case openParenthesis
    case closeParenthesis
    case backslash
    case dot
    case other
  }

  /// "procedure" is the longest word that anybody asks for.
  private static let longestKeyword = 9

  let bytes: [UInt8]
  var position = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    if bytes.starts(with: Self.byteOrderMark) { position = 3 }
  }

  var isAtEnd: Bool { position >= bytes.count }

  func peek(_ distance: Int = 0) -> UInt8? {
    let index = position + distance
    return index < bytes.count ? bytes[index] : nil
  }

  /// Goes over the next token; the scanner must not be at the end.
  mutating func next() throws(Failure) -> Token {
    let byte = bytes[position]
    switch byte {
    case 9...13, UInt8(ascii: " "): return skip(1, .blank)
    case UInt8(ascii: ";"): return skip(1, .semicolon)
    case UInt8(ascii: "("): return skip(1, .openParenthesis)
    case UInt8(ascii: ")"): return skip(1, .closeParenthesis)
    case UInt8(ascii: "."): return skip(1, .dot)
    case UInt8(ascii: "\\"): return skip(1, .backslash)
    case UInt8(ascii: "'"): return try literal(escapes: false)
    case UInt8(ascii: "\""): return try quotedIdentifier()
    case UInt8(ascii: "$"): return try dollarQuote()
    case UInt8(ascii: ":"): return variable()
    case UInt8(ascii: "-") where peek(1) == UInt8(ascii: "-"): return lineComment()
    case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"): return try blockComment()
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return number()
    default: return Self.isWordStart(byte) ? try word() : skip(1, .other)
    }
  }

  /// A token that never ends, with the offset where it began.
  struct Failure: Error {
    var cause: SplitFailure.Cause
    var offset: Int
  }

  static func isWordStart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "_"), 65...90, 97...122, 128...255: true
    default: false
    }
  }

  static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    isWordStart(byte) || isDigit(byte) || byte == UInt8(ascii: "$")
  }

  private mutating func skip(_ count: Int, _ token: Token) -> Token {
    position += count
    return token
  }

  /// A word takes dollar signs with it: `a$b$c` is one identifier and no dollar quote.
  private mutating func word() throws(Failure) -> Token {
    let start = position
    while let byte = peek(), Self.isWordByte(byte) { position += 1 }
    guard position - start <= Self.longestKeyword else { return .word("") }
    let text = String(decoding: bytes[start..<position], as: UTF8.self).lowercased()
    if text == "e", peek() == UInt8(ascii: "'") { return try literal(escapes: true) }
    return .word(text)
  }

  /// A number ends before a dollar sign, so that `1$$x$$` begins a quote as it does in the server.
  private mutating func number() -> Token {
    while let byte = peek(), Self.isDigit(byte) { position += 1 }
    return .other
  }

  private mutating func literal(escapes: Bool) throws(Failure) -> Token {
    let start = position
    repeat {
      position += 1
      try closeLiteral(from: start, escapes: escapes)
    } while escapes && continuesOnNextLine()
    return .quoted
  }

  private mutating func closeLiteral(from start: Int, escapes: Bool) throws(Failure) {
    while let byte = peek() {
      if escapes, byte == UInt8(ascii: "\\") {
        position += 2
      } else if byte == UInt8(ascii: "'") {
        position += 1
        guard peek() == UInt8(ascii: "'") else { return }
        position += 1
      } else {
        position += 1
      }
    }
    throw Failure(cause: .openLiteral, offset: start)
  }

  /// Moves to the quote that continues an `E''` literal after a line end, where there is one.
  ///
  /// The continuation keeps the escapes of its beginning (manual, 4.1.2.1); for other literals it
  /// makes no difference whether the parts count as one.
  private mutating func continuesOnNextLine() -> Bool {
    var ahead = self
    var sawLineEnd = false
    while let byte = ahead.peek() {
      if byte == UInt8(ascii: "'") {
        guard sawLineEnd else { return false }
        self = ahead
        return true
      }
      if byte == UInt8(ascii: "-"), ahead.peek(1) == byte {
        _ = ahead.lineComment()
      } else if (9...13).contains(byte) || byte == UInt8(ascii: " ") {
        sawLineEnd = sawLineEnd || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
        ahead.position += 1
      } else {
        return false
      }
    }
    return false
  }

  private mutating func quotedIdentifier() throws(Failure) -> Token {
    let start = position
    position += 1
    while let byte = peek() {
      position += 1
      guard byte == UInt8(ascii: "\"") else { continue }
      guard peek() == UInt8(ascii: "\"") else { return .quoted }
      position += 1
    }
    throw Failure(cause: .openIdentifier, offset: start)
  }

  private mutating func dollarQuote() throws(Failure) -> Token {
    let start = position
    guard let tag = dollarTag() else { return skip(1, .other) }
    position += tag.count
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "$"), bytes[position...].starts(with: tag) {
        position += tag.count
        return .quoted
      }
      position += 1
    }
    throw Failure(cause: .openDollarQuote, offset: start)
  }

  /// The delimiter that begins here, `$$` or `$tag$`; a tag is a word without dollar signs.
  private func dollarTag() -> ArraySlice<UInt8>? {
    var end = position + 1
    while end < bytes.count, bytes[end] != UInt8(ascii: "$") {
      let isFirst = end == position + 1
      guard Self.isWordStart(bytes[end]) || (!isFirst && Self.isDigit(bytes[end])) else {
        return nil
      }
      end += 1
    }
    return end < bytes.count ? bytes[position...end] : nil
  }

  private mutating func lineComment() -> Token {
    while let byte = peek(), byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r") {
      position += 1
    }
    return .comment
  }

  private mutating func blockComment() throws(Failure) -> Token {
    let start = position
    var depth = 0
    while let byte = peek() {
      if byte == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") {
        depth += 1
        position += 2
      } else if byte == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
        depth -= 1
        position += 2
        if depth == 0 { return .comment }
      } else {
        position += 1
      }
    }
    throw Failure(cause: .openComment, offset: start)
  }

  /// `::` and `:=` are SQL's own; `:name`, `:'name'` and `:"name"` are psql's variables.
  private mutating func variable() -> Token {
    let start = position
    if let next = peek(1), next == UInt8(ascii: ":") || next == UInt8(ascii: "=") {
      return skip(2, .other)
    }
    position += 1
    let quote = peek().flatMap { [UInt8(ascii: "'"), UInt8(ascii: "\"")].contains($0) ? $0 : nil }
    var end = position + (quote == nil ? 0 : 1)
    let nameStart = end
    while end < bytes.count, Self.isWordStart(bytes[end]) || Self.isDigit(bytes[end]) { end += 1 }
    let nameEnd = end
    guard nameEnd > nameStart else { return .other }
    if let quote {
      guard end < bytes.count, bytes[end] == quote else { return .other }
      end += 1
    }
    position = end
    return .variable(
      SourcePiece.VariableReference(
        range: start..<end,
        name: String(decoding: bytes[nameStart..<nameEnd], as: UTF8.self),
        quoting: quote == nil ? .none : (quote == UInt8(ascii: "'") ? .literal : .identifier)
      )
    )
  }
}
