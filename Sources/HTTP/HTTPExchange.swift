/// What has come of an answer so far; used by the one thread that waits for it.
final class HTTPExchange {
  /// The longest header of an answer.
  private static let headerLimit = 64 << 10

  private(set) var body: [UInt8] = []
  private(set) var fields: [String: String] = [:]
  private(set) var isTooLarge = false
  private let limit: Int
  private var headerLength = 0

  init(limit: Int) {
    self.limit = limit
  }

  /// Takes a piece of the body; false when it would be longer than allowed.
  func takeBody(_ piece: UnsafeRawBufferPointer) -> Bool {
    guard piece.count <= limit - body.count else {
      isTooLarge = true
      return false
    }
    // The promised length saves copies; it is believed as far as it is allowed and not absurd.
    if body.isEmpty, let length = fields["content-length"].flatMap({ Int($0) }), length > 0 {
      body.reserveCapacity(min(length, limit, 64 << 20))
    }
    unsafe body.append(contentsOf: piece)
    return true
  }

  /// Takes a line of the header: a status begins a new answer, such as the one after `100`.
  func takeLine(_ line: String) -> Bool {
    headerLength += line.utf8.count
    guard headerLength <= Self.headerLimit else {
      isTooLarge = true
      return false
    }
    if line.hasPrefix("HTTP/") {
      fields = [:]
    } else if let colon = line.firstIndex(of: ":") {
      let value = line[line.index(after: colon)...]
      fields[line[..<colon].lowercased()] = Self.trimmed(value)
    }
    return true
  }

  private static func trimmed(_ text: Substring) -> String {
    let isSpace = { (character: Character) in character.isWhitespace }
    let rest = text.drop(while: isSpace)
    return String(rest.reversed().drop(while: isSpace).reversed())
  }
}
