/// A server: scheme, host and port, as `https://host` or `http://127.0.0.1:9000`.
public struct HTTPAddress: Sendable, Equatable, CustomStringConvertible {
  /// Whether TLS protects the way.
  public let isSecure: Bool
  /// The host's name or number in lower case; an IPv6 number stands in brackets.
  public let host: String
  /// The port where it is not the scheme's own.
  public let port: Int?

  /// Reads an address without user, path and query; a slash at the end is allowed.
  ///
  /// Throws ``HTTPFailure`` of kind `address`, also for plain http to any host but this one:
  /// whoever sits between could read and change everything but the signature.
  public init(parsing text: String) throws(HTTPFailure) {
    let lower = text.lowercased()
    let isSecure = lower.hasPrefix("https://")
    guard isSecure || lower.hasPrefix("http://") else {
      throw HTTPFailure(.address, "`\(text)` does not begin with https://")
    }
    var rest = lower.dropFirst(isSecure ? 8 : 7)
    if rest.hasSuffix("/") { rest.removeLast() }
    let (host, port) = try Self.split(rest, text)
    guard isSecure || Self.isLoopback(host) else {
      throw HTTPFailure(.address, "plain http is used to this machine alone, and not to \(host)")
    }
    self.isSecure = isSecure
    self.host = host
    self.port = port == (isSecure ? 443 : 80) ? nil : port
  }

  /// The host with its port, as the field `Host` has it.
  public var authority: String { port.map { "\(host):\($0)" } ?? host }

  /// The address as text.
  public var description: String { "\(isSecure ? "https" : "http")://\(authority)" }

  /// Whether the host is this machine: `localhost`, `[::1]`, or 127.0.0.0/8 written in full.
  static func isLoopback(_ host: String) -> Bool {
    if host == "localhost" || host == "[::1]" { return true }
    let numbers = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    return numbers.count == 4 && numbers[0] == 127 && !numbers.contains(nil)
  }

  private static func split(
    _ rest: Substring,
    _ text: String
  ) throws(HTTPFailure) -> (host: String, port: Int?) {
    let bad = HTTPFailure(
      .address,
      "`\(text)` is not a server's address, such as https://host:9000"
    )
    var host = rest
    var port: Int?
    if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("]") {
      guard let number = UInt16(rest[rest.index(after: colon)...]), number > 0 else { throw bad }
      port = Int(number)
      host = rest[..<colon]
    }
    let isNumber = host.hasPrefix("[") && host.hasSuffix("]")
    let name = isNumber ? host.dropFirst().dropLast() : host
    let isPlain = name.allSatisfy { character in
      character.isASCII && (character.isLetter || character.isNumber || character == "-")
        || character == (isNumber ? ":" : ".")
    }
    guard !name.isEmpty, isPlain else { throw bad }
    return (String(host), port)
  }
}
