/// A parse tree as libpg_query writes it: JSON whose objects are the parser's nodes.
///
/// A reader of our own keeps Foundation off this floor; it reads only what libpg_query writes.
enum SyntaxTree: Sendable, Equatable {
  case object([String: SyntaxTree])
  case list([SyntaxTree])
  case text(String)
  case number(Int)
  case truth(Bool)
  case nothing

  /// The member of that name, when this is an object that has it.
  subscript(_ name: String) -> SyntaxTree? {
    guard case .object(let members) = self else { return nil }
    return members[name]
  }

  /// The elements, when this is a list.
  var elements: [SyntaxTree] {
    guard case .list(let elements) = self else { return [] }
    return elements
  }

  /// The text, when this is one.
  var text: String? {
    guard case .text(let text) = self else { return nil }
    return text
  }

  /// Whether this is the word `true`; the parser leaves out what is false.
  var isTrue: Bool { self == .truth(true) }

  /// The name in a node `{"String": {"sval": "name"}}`, which is how the parser writes identifiers.
  var identifier: String? { self["String"]?["sval"]?.text }

  /// Calls the closure with every object below and including this one, each with its member name.
  func visit(_ body: (_ name: String, _ node: SyntaxTree) -> Void, name: String = "") {
    switch self {
    case .object(let members):
      body(name, self)
      for (member, value) in members { value.visit(body, name: member) }
    case .list(let elements):
      body(name, self)
      for element in elements { element.visit(body, name: "") }
    case .text, .number, .truth, .nothing:
      break
    }
  }
}

/// Reads libpg_query's JSON from bytes.
struct SyntaxTreeReader {
  /// A tree that is cut, malformed or nested too deeply for the stack.
  struct Unreadable: Error {}

  /// Nesting beyond this is given up, so that a hostile patch cannot exhaust a lane's stack.
  static let depthLimit = 1_000

  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Reads one value.
  mutating func read() throws(Unreadable) -> SyntaxTree {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthLimit, let byte = peek() else { throw Unreadable() }
    switch byte {
    case UInt8(ascii: "{"): return try readObject()
    case UInt8(ascii: "["): return try readList()
    case UInt8(ascii: "\""): return .text(try readText())
    case UInt8(ascii: "t"): return try readWord("true", .truth(true))
    case UInt8(ascii: "f"): return try readWord("false", .truth(false))
    case UInt8(ascii: "n"): return try readWord("null", .nothing)
    default: return try readNumber()
    }
  }

  private func peek() -> UInt8? {
    position < bytes.count ? bytes[position] : nil
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    position += 1
    return true
  }

  private mutating func readObject() throws(Unreadable) -> SyntaxTree {
    position += 1
    var members: [String: SyntaxTree] = [:]
    if take(UInt8(ascii: "}")) { return .object(members) }
    repeat {
      let name = try readText()
      guard take(UInt8(ascii: ":")) else { throw Unreadable() }
      members[name] = try read()
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "}")) else { throw Unreadable() }
    return .object(members)
  }

  private mutating func readList() throws(Unreadable) -> SyntaxTree {
    position += 1
    var elements: [SyntaxTree] = []
    if take(UInt8(ascii: "]")) { return .list(elements) }
    repeat {
      elements.append(try read())
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "]")) else { throw Unreadable() }
    return .list(elements)
  }

  private mutating func readText() throws(Unreadable) -> String {
    guard take(UInt8(ascii: "\"")) else { throw Unreadable() }
    var text: [UInt8] = []
    while let byte = peek() {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): text += try readEscape()
      default: text.append(byte)
      }
    }
    throw Unreadable()
  }

  private mutating func readEscape() throws(Unreadable) -> [UInt8] {
    guard let byte = peek() else { throw Unreadable() }
    position += 1
    switch byte {
    case UInt8(ascii: "b"): return [8]
    case UInt8(ascii: "f"): return [12]
    case UInt8(ascii: "n"): return [10]
    case UInt8(ascii: "r"): return [13]
    case UInt8(ascii: "t"): return [9]
    case UInt8(ascii: "u"):
      let digits = String(decoding: bytes[position..<min(position + 4, bytes.count)], as: UTF8.self)
      guard let scalar = UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init) else {
        throw Unreadable()
      }
      position += 4
      return Array(String(scalar).utf8)
    default: return [byte]
    }
  }

  private mutating func readWord(
    _ word: String,
    _ value: SyntaxTree
  ) throws(Unreadable) -> SyntaxTree {
    for byte in word.utf8 where !take(byte) { throw Unreadable() }
    return value
  }

  private mutating func readNumber() throws(Unreadable) -> SyntaxTree {
    let start = position
    while let byte = peek(), byte == UInt8(ascii: "-") || (48...57).contains(byte) { position += 1 }
    guard let number = Int(String(decoding: bytes[start..<position], as: UTF8.self)) else {
      throw Unreadable()
    }
    return .number(number)
  }
}
