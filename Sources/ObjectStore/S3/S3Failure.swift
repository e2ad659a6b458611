internal import HTTP
internal import Problems

/// An answer that is no success, in the store's own words.
struct S3Failure: Sendable, Equatable {
  /// The longest text of a store that is passed on.
  private static let textLimit = 300

  /// The status code.
  var status: Int
  /// The word that S3 has for it, such as `SlowDown`; empty where the store gave none.
  var code = ""
  /// The store's sentence.
  var message = ""

  /// Reads an answer, whose body says more unless it is empty or no XML.
  init(_ response: HTTPResponse) {
    status = response.status
    guard let document = XMLElement(document: response.body), document.name == "Error" else {
      return
    }
    code = Self.bounded(document["Code"]?.text ?? "")
    message = Self.bounded(document["Message"]?.text ?? "")
  }

  /// Whether the same request may succeed later, by the Amazon S3 API Reference, "Error responses".
  var isTransient: Bool {
    switch code {
    case "SlowDown", "RequestTimeout", "InternalError", "ServiceUnavailable", "Busy",
      "RequestTimeoutException", "Throttling", "ThrottlingException", "OperationAborted",
      "ConditionalRequestConflict", "IncompleteBody":
      true
    case "NotImplemented": false
    default: [408, 425, 429, 500, 502, 503, 504].contains(status)
    }
  }

  /// Whether fresh credentials may help.
  var isExpired: Bool {
    ["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"].contains(code)
  }

  /// Status, word and sentence for a reason.
  var description: String {
    let word = code.isEmpty ? "" : " \(code)"
    return "the store answered \(status)\(word)" + (message.isEmpty ? "" : ": \(message)")
  }

  private static func bounded(_ text: String) -> String {
    let plain = text.map { $0.isNewline ? " " : $0 }
    return plain.count > textLimit ? String(plain.prefix(textLimit)) + "..." : String(plain)
  }
}
