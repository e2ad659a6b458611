/// The server's words for one and the same expression, brought to one form.
///
/// A native `v IN ('a', 'b')` on a varchar column is kept as a cast of the whole array. Once its text
/// was parsed again, by a restore or a rename's neighbour on the scratch, the cast stands at each
/// element (tested with 15 and 18). Both mean the same, so both become the second.
///
/// That holds for what the server writes itself. The body of a routine is what a person wrote, and
/// every byte of it counts.
enum Wording {
  /// Whether two texts say the same of an object, byte by byte.
  ///
  /// Two Swift strings are equal also where one writes a letter and its accent apart; to the server
  /// they are two.
  static func isSame(_ one: String, _ other: String, of object: SchemaObject) -> Bool {
    one.utf8.elementsEqual(other.utf8)
      || canonical(one, of: object).utf8.elementsEqual(canonical(other, of: object).utf8)
  }

  /// The one form of an object's text.
  static func canonical(_ text: String, of object: SchemaObject) -> String {
    isWritten(object) ? text : canonical(text)
  }

  /// Whether a person wrote the text, or a part of it, and the server keeps it as it is.
  private static func isWritten(_ object: SchemaObject) -> Bool {
    ["function", "procedure", "aggregate"].contains(object.kind)
  }

  /// `(ARRAY[a, b])::text[]` as `ARRAY[(a)::text, (b)::text]`, everywhere in a text.
  static func canonical(_ text: String) -> String {
    guard text.contains("(ARRAY[") else { return text }
    return String(decoding: Reader(bytes: Array(text.utf8)).rewritten(), as: UTF8.self)
  }

  private struct Reader {
    let bytes: [UInt8]

    func rewritten() -> [UInt8] {
      var result: [UInt8] = []
      var place = 0
      while place < bytes.count {
        if let (array, end) = castArray(at: place) {
          result += array
          place = end
        } else {
          let end = endOfQuoted(at: place) ?? place + 1
          result += bytes[place..<end]
          place = end
        }
      }
      return result
    }

    /// The array with its cast at each element, and where the text goes on.
    private func castArray(at start: Int) -> ([UInt8], Int)? {
      let opening = Array("(ARRAY[".utf8)
      guard bytes[start...].starts(with: opening) else { return nil }
      let first = start + opening.count
      guard let (elements, close) = elements(from: first),
        let (type, end) = arrayType(at: close + 1)
      else { return nil }
      let parts = elements.map { element in
        let inner = Reader(bytes: Array(bytes[element])).rewritten()
        return Array("(".utf8) + inner + Array(")::".utf8) + type
      }
      return (Array("ARRAY[".utf8) + parts.joined(separator: ", ".utf8) + Array("]".utf8), end)
    }

    /// The ranges between the commas up to the bracket that closes, and where that is.
    private func elements(from first: Int) -> ([Range<Int>], Int)? {
      var found: [Range<Int>] = []
      var depth = 0
      var begin = first
      var place = first
      while place < bytes.count {
        switch bytes[place] {
        case UInt8(ascii: "["), UInt8(ascii: "("): depth += 1
        case UInt8(ascii: "]") where depth == 0:
          // Nothing stands behind the last comma: that is no array, and no expression either.
          return begin < place ? (found + [begin..<place], place) : nil
        case UInt8(ascii: "]"), UInt8(ascii: ")"): depth -= 1
        case UInt8(ascii: ",") where depth == 0:
          found.append(begin..<place)
          begin = place + 1
          while begin < bytes.count, bytes[begin] == UInt8(ascii: " ") { begin += 1 }
        default: break
        }
        place = endOfQuoted(at: place) ?? place + 1
      }
      return nil
    }

    /// The type in `)::type[]`, and where the text goes on.
    private func arrayType(at place: Int) -> ([UInt8], Int)? {
      let opening = Array(")::".utf8)
      guard place < bytes.count, bytes[place...].starts(with: opening) else { return nil }
      let begin = place + opening.count
      guard let bracket = bytes[begin...].firstIndex(of: UInt8(ascii: "[")),
        bracket > begin, bracket + 1 < bytes.count, bytes[bracket + 1] == UInt8(ascii: "]"),
        bytes[begin..<bracket].allSatisfy(Self.isPartOfType)
      else { return nil }
      return (Array(bytes[begin..<bracket]), bracket + 2)
    }

    private static func isPartOfType(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "_. \"".utf8.contains(byte)
      }
    }

    /// Where a quoted text or name ends that begins here.
    private func endOfQuoted(at place: Int) -> Int? {
      let quote = bytes[place]
      guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { return nil }
      let rest = bytes[(place + 1)...]
      return rest.firstIndex(of: quote).map { $0 + 1 }
    }
  }
}
