internal import HTTP

/// A request as the store means it, before it is encoded and signed.
struct S3Request {
  var method: HTTPRequest.Method
  /// The whole key in the bucket; empty for the bucket itself.
  var key = ""
  var query: [(name: String, value: String)] = []
  var headers: [HTTPRequest.Header] = []
  var body: [UInt8] = []
  /// The longest answer.
  var responseLimit = 1 << 20
  /// Which answers are no failure.
  var accepting: Set<Int> = [200]

  /// Bytes per second below which a transfer is given up; a stall is noticed before.
  private static let slowest = 64 << 10

  /// How long the exchange may take: a minute, and the time of its bytes at the slowest rate.
  var timeLimit: Duration {
    .seconds(60 + (body.count + min(responseLimit, 1 << 30)) / Self.slowest)
  }
}
