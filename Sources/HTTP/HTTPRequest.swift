/// One request, ready to send.
public struct HTTPRequest: Sendable {
  /// What is asked for (RFC 9110, section 9).
  public enum Method: String, Sendable {
    /// `GET`.
    case get = "GET"
    /// `HEAD`: headers alone.
    case head = "HEAD"
    /// `PUT`.
    case put = "PUT"
    /// `POST`.
    case post = "POST"
    /// `DELETE`.
    case delete = "DELETE"
  }

  /// A header field.
  public struct Header: Sendable, Equatable {
    /// The name.
    public var name: String
    /// The value, without a line end.
    public var value: String

    /// Makes a field.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// What is asked for.
  public var method: Method
  /// The whole address, encoded as it shall arrive: nothing is normalised on the way.
  public var url: String
  /// The fields to send; what libcurl would add by itself is added unless it stands here.
  public var headers: [Header]
  /// What a `PUT` or a `POST` sends.
  public var body: [UInt8]
  /// The longest body of a response, in bytes; a longer one fails before it takes the memory.
  public var responseLimit: Int
  /// How long the whole exchange may take.
  public var timeLimit: Duration
  /// Whether nobody waits for the answer any more; nil for a request that is never given up.
  ///
  /// Asked about once a second while the exchange lasts, on the thread that sends.
  public var isStopped: (@Sendable () -> Bool)?

  /// Makes a request.
  public init(
    _ method: Method,
    _ url: String,
    headers: [Header] = [],
    body: [UInt8] = [],
    responseLimit: Int = 1 << 20,
    timeLimit: Duration = .seconds(60),
    isStopped: (@Sendable () -> Bool)? = nil
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.responseLimit = responseLimit
    self.timeLimit = timeLimit
    self.isStopped = isStopped
  }
}
