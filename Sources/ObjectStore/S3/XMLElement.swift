/// An element of an XML document: its name, its text, and the elements in it.
///
/// The part of XML 1.0 that S3 speaks: no document type, so no entities of a sender's own making;
/// attributes are passed over; depth and number of elements are bounded.
struct XMLElement: Sendable, Equatable {
  /// The name without a namespace's prefix.
  var name: String
  /// The text in it, without that of inner elements.
  var text = ""
  /// The inner elements, in order.
  var children: [XMLElement] = []

  /// The first inner element of a name.
  subscript(name: String) -> XMLElement? { children.first { $0.name == name } }

  /// Reads a document; nil for what is none.
  init?(document bytes: [UInt8]) {
    var reader = XMLReader(bytes)
    guard let root = reader.document() else { return nil }
    self = root
  }

  init(name: String) { self.name = name }
}

/// Reads a document from its beginning to its end.
private struct XMLReader {
  private static let depthLimit = 16
  private static let elementLimit = 100_000

  private let bytes: [UInt8]
  private var place = 0
  private var elements = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func document() -> XMLElement? {
    if starts("\u{FEFF}") { place += 3 }
    guard skipMiscellany(), let root = element(depth: 0), skipMiscellany() else { return nil }
    return place == bytes.count ? root : nil
  }

  /// Passes over spaces, comments and processing instructions.
  private mutating func skipMiscellany() -> Bool {
    while true {
      skipSpace()
      if starts("<?") {
        guard skip(past: "?>") else { return false }
      } else if starts("<!--") {
        guard skip(past: "-->") else { return false }
      } else {
        return true
      }
    }
  }

  private mutating func element(depth: Int) -> XMLElement? {
    elements += 1
    guard depth < Self.depthLimit, elements <= Self.elementLimit, take("<"), let name = name()
    else { return nil }
    var element = XMLElement(name: name)
    guard let isEmpty = skipAttributes() else { return nil }
    if isEmpty { return element }
    while place < bytes.count {
      if starts("</") {
        place += 2
        guard self.name() == name else { return nil }
        skipSpace()
        return take(">") ? element : nil
      }
      if starts("<!--") {
        guard skip(past: "-->") else { return nil }
      } else if starts("<![CDATA[") {
        place += 9
        let start = place
        guard skip(past: "]]>") else { return nil }
        element.text += String(decoding: bytes[start..<place - 3], as: UTF8.self)
      } else if starts("<") {
        guard let child = self.element(depth: depth + 1) else { return nil }
        element.children.append(child)
      } else {
        guard let text = text() else { return nil }
        element.text += text
      }
    }
    return nil
  }

  /// Passes over attributes to the end of a tag; whether the element ends with it.
  private mutating func skipAttributes() -> Bool? {
    while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: ">"):
        place += 1
        return false
      case UInt8(ascii: "/"):
        place += 1
        return take(">") ? true : nil
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        let quote = bytes[place]
        guard let end = bytes[(place + 1)...].firstIndex(of: quote) else { return nil }
        place = end + 1
      case UInt8(ascii: "<"): return nil
      default: place += 1
      }
    }
    return nil
  }

  /// A name without its prefix.
  private mutating func name() -> String? {
    let start = place
    let ends = Array(" \t\r\n/><=\"'&!?".utf8)
    while place < bytes.count, !ends.contains(bytes[place]) { place += 1 }
    let name = String(decoding: bytes[start..<place], as: UTF8.self)
    let local = name.split(separator: ":").last.map(String.init)
    return local
  }

  /// Text up to the next tag, with its references replaced.
  private mutating func text() -> String? {
    let end = bytes[place...].firstIndex(of: UInt8(ascii: "<")) ?? bytes.count
    var result = ""
    while place < end {
      let stop = bytes[place..<end].firstIndex(of: UInt8(ascii: "&")) ?? end
      result += String(decoding: bytes[place..<stop], as: UTF8.self)
      place = stop
      guard place < end else { break }
      guard let semicolon = bytes[place..<min(end, place + 12)].firstIndex(of: UInt8(ascii: ";")),
        let character = Self.character(
          String(decoding: bytes[place + 1..<semicolon], as: UTF8.self)
        )
      else { return nil }
      result.append(character)
      place = semicolon + 1
    }
    return result
  }

  private static func character(_ reference: String) -> Character? {
    switch reference {
    case "amp": return "&"
    case "lt": return "<"
    case "gt": return ">"
    case "quot": return "\""
    case "apos": return "'"
    default:
      guard reference.hasPrefix("#") else { return nil }
      let isHex = reference.hasPrefix("#x")
      let digits = reference.dropFirst(isHex ? 2 : 1)
      return UInt32(digits, radix: isHex ? 16 : 10).flatMap(Unicode.Scalar.init)
        .map(Character.init)
    }
  }

  private func starts(_ text: String) -> Bool { bytes[place...].starts(with: text.utf8) }

  private mutating func take(_ text: String) -> Bool {
    guard starts(text) else { return false }
    place += text.utf8.count
    return true
  }

  private mutating func skip(past text: String) -> Bool {
    while place < bytes.count {
      if take(text) { return true }
      place += 1
    }
    return false
  }

  private mutating func skipSpace() {
    while place < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[place]) { place += 1 }
  }
}
