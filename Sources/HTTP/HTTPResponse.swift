/// What a server answered; any status is an answer.
public struct HTTPResponse: Sendable {
  /// The status code (RFC 9110, section 15).
  public var status: Int
  /// The body.
  public var body: [UInt8]
  /// Whether the request may have been sent twice.
  ///
  /// libcurl repeats a request by itself when a connection that it had kept turns out to be dead;
  /// the server may have done the work of the first one all the same.
  public var mayBeRepeated = false
  private var fields: [String: String]

  /// Makes a response; the names of the fields are in lower case.
  public init(status: Int, fields: [String: String] = [:], body: [UInt8] = []) {
    self.status = status
    self.fields = fields
    self.body = body
  }

  /// A header field by its name in any case; the last one where it was sent twice.
  public subscript(field: String) -> String? { fields[field.lowercased()] }

  /// The length that the server gave, in bytes: of the body, or for `HEAD` of what it stands for.
  public var contentLength: Int? {
    self["content-length"].flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil }
  }
}
