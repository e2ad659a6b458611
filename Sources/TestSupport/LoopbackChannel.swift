internal import Glibc

/// One connection of a `LoopbackServer`, on the thread that serves it.
struct LoopbackChannel: Sendable {
  private let connection: Int32
  private let number: Int

  init(_ connection: Int32, _ number: Int) {
    self.connection = connection
    self.number = number
    var yes: Int32 = 1
    unsafe setsockopt(connection, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(4))
  }

  /// Serves requests until the client hangs up or a reply ends the connection.
  func serve(_ handle: (LoopbackServer.Request) -> LoopbackServer.Reply) {
    var rest: [UInt8] = []
    while let request = read(&rest) {
      switch handle(request) {
      case .answer(let answer):
        guard send(head(answer) + body(answer, to: request)) else { return }
      case .cut(let answer, let count):
        _ = send(head(answer) + answer.body.prefix(count))
        return
      case .reset:
        var linger = linger(l_onoff: 1, l_linger: 0)
        let size = socklen_t(MemoryLayout.size(ofValue: linger))
        unsafe setsockopt(connection, SOL_SOCKET, SO_LINGER, &linger, size)
        return
      case .noise(let bytes):
        _ = send(bytes)
        return
      case .silence:
        waitForClient(milliseconds: -1)
        return
      case .trickle(let answer, let piece):
        guard send(head(answer)) else { return }
        for start in stride(
          from: 0,
          to: request.method == "HEAD" ? 0 : answer.body.count,
          by: piece
        ) {
          let end = min(start + piece, answer.body.count)
          guard send(Array(answer.body[start..<end])), !waitForClient(milliseconds: 10) else {
            return
          }
        }
      }
    }
  }

  private func head(_ answer: LoopbackServer.Answer) -> [UInt8] {
    var fields = answer.fields
    if fields["Content-Length"] == nil, answer.status != 204 {
      fields["Content-Length"] = String(answer.body.count)
    }
    let lines = fields.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\r\n" }.joined()
    return Array("HTTP/1.1 \(answer.status) Whatever\r\n\(lines)\r\n".utf8)
  }

  private func body(
    _ answer: LoopbackServer.Answer,
    to request: LoopbackServer.Request
  ) -> [UInt8] {
    request.method == "HEAD" ? [] : answer.body
  }

  /// Reads a whole request; nil when the client has hung up.
  private func read(_ rest: inout [UInt8]) -> LoopbackServer.Request? {
    var end: Int?
    while end == nil {
      end = Self.endOfHead(rest)
      if end == nil, !receive(&rest) { return nil }
    }
    guard let end else { return nil }
    let lines = String(decoding: rest[..<end], as: UTF8.self).split(separator: "\r\n")
    let words = lines.first?.split(separator: " ") ?? []
    guard words.count == 3 else { return nil }
    var fields: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = line[line.index(after: colon)...].drop { $0 == " " }
      fields[line[..<colon].lowercased()] = String(value)
    }
    let length = fields["content-length"].flatMap { Int($0) } ?? 0
    rest.removeFirst(end + 4)
    while rest.count < length {
      guard receive(&rest) else { return nil }
    }
    let body = Array(rest.prefix(length))
    rest.removeFirst(length)
    return LoopbackServer.Request(
      method: String(words[0]),
      target: String(words[1]),
      fields: fields,
      body: body,
      connection: number
    )
  }

  private static func endOfHead(_ bytes: [UInt8]) -> Int? {
    guard bytes.count >= 4 else { return nil }
    return (0...bytes.count - 4).first { start in
      bytes[start] == 13 && bytes[start + 1] == 10 && bytes[start + 2] == 13
        && bytes[start + 3] == 10
    }
  }

  private func receive(_ bytes: inout [UInt8]) -> Bool {
    var piece = [UInt8](repeating: 0, count: 256 << 10)
    let count = unsafe recv(connection, &piece, piece.count, 0)
    guard count > 0 else { return false }
    bytes += piece.prefix(count)
    return true
  }

  private func send(_ bytes: [UInt8]) -> Bool {
    var start = 0
    while start < bytes.count {
      let count = unsafe bytes[start...].withUnsafeBytes { bytes in
        unsafe Glibc.send(connection, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      start += count
    }
    return true
  }

  /// Waits until the client hangs up, or for some time; whether it has hung up.
  @discardableResult
  private func waitForClient(milliseconds: Int32) -> Bool {
    var watched = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&watched, 1, milliseconds) > 0
  }
}
