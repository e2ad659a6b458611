internal import CCurl

/// Why there is no whole answer.
///
/// Nothing here says whether the server did what was asked: that stays unknown, save for a
/// connection that was never made.
public struct HTTPFailure: Error, Sendable, Equatable {
  /// What went wrong.
  public enum Kind: String, Sendable {
    /// The address cannot be used: no such scheme, or plain text to a far host.
    case address
    /// No connection: refused, no route, unknown name, or not in time.
    case connection
    /// The certificate is not to be trusted, or TLS failed otherwise.
    case security
    /// Nothing moved for too long.
    case stall
    /// The whole exchange took too long.
    case timeLimit
    /// The connection broke before the answer was whole.
    case broken
    /// The caller asked to stop.
    case stopped
    /// The answer is longer than was allowed.
    case tooLarge
    /// Something else, such as a lack of memory.
    case other
  }

  /// What went wrong.
  public var kind: Kind
  /// Why, in words; never with a header field.
  public var reason: String

  /// Makes a failure.
  public init(_ kind: Kind, _ reason: String) {
    self.kind = kind
    self.reason = reason
  }

  /// Whether the same request may succeed later.
  public var isTransient: Bool {
    switch kind {
    case .connection, .stall, .timeLimit, .broken: true
    case .address, .security, .stopped, .tooLarge, .other: false
    }
  }

  /// The kind of libcurl's code (libcurl-errors(3)); a time-out is told apart by its maker.
  static func kind(of code: CURLcode) -> Kind {
    switch code {
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT: .address
    case CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT:
      .connection
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE,
      CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR:
      .security
    case CURLE_ABORTED_BY_CALLBACK: .stopped
    case CURLE_PARTIAL_FILE, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING,
      CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
      .broken
    default: .other
    }
  }
}
