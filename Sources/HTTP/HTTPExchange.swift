internal import CCurl

/// What has come of an answer so far; used by the one thread that waits for it.
final class HTTPExchange {
  /// The longest header of an answer.
  private static let headerLimit = 64 << 10

  private(set) var body: [UInt8] = []
  private(set) var fields: [String: String] = [:]
  private(set) var isTooLarge = false
  private let limit: Int
  private let stop: (@Sendable () -> Bool)?
  private var headerLength = 0

  init(limit: Int, stop: (@Sendable () -> Bool)? = nil) {
    self.limit = limit
    self.stop = stop
  }

  /// Whether the exchange is to be given up.
  var isStopped: Bool { stop?() == true }

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

/// Takes a piece of the body; fewer bytes than given make libcurl stop (CURLOPT_WRITEFUNCTION(3)).
func receiveBody(
  _ bytes: UnsafeMutablePointer<CChar>?,
  _ size: Int,
  _ count: Int,
  _ receiver: UnsafeMutableRawPointer?
) -> Int {
  guard let receiver = unsafe receiver else { return 0 }
  let exchange = unsafe Unmanaged<HTTPExchange>.fromOpaque(receiver).takeUnretainedValue()
  let piece = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
  return unsafe exchange.takeBody(piece) ? size * count : 0
}

/// Takes one line of the header (CURLOPT_HEADERFUNCTION(3)).
func receiveHeader(
  _ bytes: UnsafeMutablePointer<CChar>?,
  _ size: Int,
  _ count: Int,
  _ receiver: UnsafeMutableRawPointer?
) -> Int {
  guard let receiver = unsafe receiver else { return 0 }
  let exchange = unsafe Unmanaged<HTTPExchange>.fromOpaque(receiver).takeUnretainedValue()
  let line = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
  return exchange.takeLine(unsafe String(decoding: line, as: UTF8.self)) ? size * count : 0
}

/// Looks whether to go on; anything but 0 makes libcurl stop (CURLOPT_XFERINFOFUNCTION(3)).
///
/// libcurl calls this about once a second also while nothing moves.
func watchForStop(
  _ watcher: UnsafeMutableRawPointer?,
  _ expected: curl_off_t,
  _ received: curl_off_t,
  _ all: curl_off_t,
  _ sent: curl_off_t
) -> Int32 {
  guard let watcher = unsafe watcher else { return 0 }
  let exchange = unsafe Unmanaged<HTTPExchange>.fromOpaque(watcher).takeUnretainedValue()
  return exchange.isStopped ? 1 : 0
}
