internal import Foundation
internal import Glibc
internal import Problems

/// A small HTTP/1.1 server on this machine that answers, or misbehaves, as a test says.
///
/// Each connection has a thread. Nothing sleeps: a server that stays silent waits until its client
/// hangs up. It listens until the program ends: one that ended with its last reference could do so
/// in the middle of a test's last request.
public final class LoopbackServer: Sendable {
  /// What a client asked.
  public struct Request: Sendable {
    /// `GET`, `PUT` and so on.
    public var method: String
    /// Path and query, exactly as they arrived.
    public var target: String
    /// The fields, with names in lower case.
    public var fields: [String: String]
    /// The body.
    public var body: [UInt8]
    /// The number of the connection, from 1.
    public var connection: Int
  }

  /// An answer in order.
  public struct Answer: Sendable {
    /// The status code.
    public var status: Int
    /// The fields; the length of the body is added where it is not there.
    public var fields: [String: String]
    /// The body.
    public var body: [UInt8]

    /// Makes an answer.
    public init(_ status: Int, _ fields: [String: String] = [:], _ body: [UInt8] = []) {
      self.status = status
      self.fields = fields
      self.body = body
    }
  }

  /// What becomes of a request.
  public enum Reply: Sendable {
    /// It is answered.
    case answer(Answer)
    /// The answer promises its whole body, and ends after some bytes of it.
    case cut(Answer, after: Int)
    /// The connection is reset.
    case reset
    /// Bytes that are no HTTP, and the end.
    case noise([UInt8])
    /// Nothing ever comes.
    case silence
    /// The body comes in pieces of some bytes, with a pause between them.
    case trickle(Answer, piece: Int)
  }

  /// The port.
  public let port: Int

  /// The server's address: `http://127.0.0.1:PORT`.
  public var address: String { "http://127.0.0.1:\(port)" }

  /// Starts a server on a free port.
  public init(_ handle: @escaping @Sendable (Request) -> Reply) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        var length = size
        return unsafe bind(listener, pointer, size) == 0 && listen(listener, 64) == 0
          && getsockname(listener, pointer, &length) == 0
      }
    }
    guard isBound else {
      throw Problem(code: "tests.no-server", "no socket could be opened on this machine")
    }
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread {
      var number = 0
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        number += 1
        let channel = LoopbackChannel(connection, number)
        Thread.detachNewThread {
          channel.serve(handle)
          close(connection)
        }
      }
    }
  }
}
