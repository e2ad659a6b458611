internal import CCurl

/// One easy handle of libcurl, with the connection that it keeps (libcurl-easy(3)).
@safe
final class CurlHandle: @unchecked Sendable {
  // @unchecked: a handle may be used by any thread, by one at a time (libcurl-thread(3)); the
  // client lends each one to one request.
  private let handle: UnsafeMutableRawPointer
  private var isUsed = false

  /// libcurl wants to be told before the first thread uses it (curl_global_init(3)).
  private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  init() throws(HTTPFailure) {
    guard Self.isReady, let handle = unsafe curl_easy_init() else {
      throw HTTPFailure(.other, "libcurl could not be made ready")
    }
    unsafe self.handle = handle
  }

  deinit { unsafe curl_easy_cleanup(handle) }

  /// Sends one request and waits for its answer.
  func perform(
    _ request: HTTPRequest,
    _ limits: HTTPClient.Limits,
    _ authorities: String?,
    sharedBy count: Int
  ) throws(HTTPFailure) -> HTTPResponse {
    unsafe curl_easy_reset(handle)
    let exchange = HTTPExchange(limit: request.responseLimit, stop: request.isStopped)
    let receiver = unsafe Unmanaged.passUnretained(exchange).toOpaque()
    let fields = try unsafe Self.list(request.headers)
    defer { unsafe curl_slist_free_all(fields) }
    try prepare(request)
    try limit(request, limits, sharedBy: count)
    if let authorities {
      try check(unsafe drydock_curl_set_text(handle, CURLOPT_CAINFO, authorities))
    }
    try unsafe set(CURLOPT_WRITEDATA, receiver)
    try unsafe set(CURLOPT_HEADERDATA, receiver)
    try unsafe set(CURLOPT_HTTPHEADER, UnsafeMutableRawPointer(fields))
    try check(
      unsafe drydock_curl_set_receiver(handle, CURLOPT_WRITEFUNCTION, receiveBody)
    )
    try check(
      unsafe drydock_curl_set_receiver(handle, CURLOPT_HEADERFUNCTION, receiveHeader)
    )
    if request.isStopped != nil {
      try set(CURLOPT_NOPROGRESS, 0)
      try unsafe set(CURLOPT_XFERINFODATA, receiver)
      try check(unsafe drydock_curl_set_watcher(handle, watchForStop))
    }
    let start = ContinuousClock.now
    let code = withExtendedLifetime(exchange) { run(request) }
    guard code != CURLE_OPERATION_TIMEDOUT else {
      throw timeout(request, after: ContinuousClock.now - start)
    }
    return try answer(code, exchange, request)
  }

  private func prepare(_ request: HTTPRequest) throws(HTTPFailure) {
    try check(unsafe drydock_curl_set_text(handle, CURLOPT_URL, request.url))
    try set(CURLOPT_NOSIGNAL, 1)
    // What was signed must be what is sent.
    try set(CURLOPT_PATH_AS_IS, 1)
    try set(CURLOPT_FOLLOWLOCATION, 0)
    // One connection for each handle, which HTTP/2 would not need and gains nothing from.
    try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    try set(CURLOPT_BUFFERSIZE, 512 << 10)
    try set(CURLOPT_UPLOAD_BUFFERSIZE, 512 << 10)
    if request.url.prefix(7).lowercased() == "http://" {
      // This machine is not behind a proxy, whatever the environment says.
      try check(unsafe drydock_curl_set_text(handle, CURLOPT_PROXY, ""))
    }
    switch request.method {
    case .get: try set(CURLOPT_HTTPGET, 1)
    case .head: try set(CURLOPT_NOBODY, 1)
    case .delete:
      try check(unsafe drydock_curl_set_text(handle, CURLOPT_CUSTOMREQUEST, "DELETE"))
    case .put, .post:
      let word = request.method.rawValue
      try set(CURLOPT_POST, 1)
      try check(unsafe drydock_curl_set_text(handle, CURLOPT_CUSTOMREQUEST, word))
      let length = curl_off_t(request.body.count)
      try check(unsafe drydock_curl_set_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, length))
    }
  }

  private func limit(
    _ request: HTTPRequest,
    _ limits: HTTPClient.Limits,
    sharedBy count: Int
  ) throws(HTTPFailure) {
    try set(CURLOPT_TIMEOUT_MS, Self.milliseconds(request.timeLimit))
    try set(CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(limits.connection))
    try set(CURLOPT_LOW_SPEED_LIMIT, 1)
    try set(CURLOPT_LOW_SPEED_TIME, max(1, Self.milliseconds(limits.stall) / 1000))
    if let rate = limits.uploadRate {
      let share = curl_off_t(max(1, rate / max(1, count)))
      // libcurl waits between buffers, so that small ones keep the rate even.
      try set(CURLOPT_UPLOAD_BUFFERSIZE, 16 << 10)
      try check(unsafe drydock_curl_set_offset(handle, CURLOPT_MAX_SEND_SPEED_LARGE, share))
    }
  }

  /// Runs the transfer; the body is lent to libcurl, which does not copy it (CURLOPT_POSTFIELDS(3)).
  private func run(_ request: HTTPRequest) -> CURLcode {
    guard request.method == .put || request.method == .post else {
      return unsafe curl_easy_perform(handle)
    }
    // An empty array has no address, and no address would make libcurl read standard input.
    let body = request.body.isEmpty ? [0] : request.body
    return unsafe body.withUnsafeBytes { bytes in
      let start = bytes.baseAddress
      let code = unsafe drydock_curl_set_pointer(handle, CURLOPT_POSTFIELDS, start)
      return code == CURLE_OK ? unsafe curl_easy_perform(handle) : code
    }
  }

  private func answer(
    _ code: CURLcode,
    _ exchange: HTTPExchange,
    _ request: HTTPRequest
  ) throws(HTTPFailure) -> HTTPResponse {
    if exchange.isTooLarge {
      throw HTTPFailure(.tooLarge, "the answer has more than \(request.responseLimit) bytes")
    }
    guard code == CURLE_OK else {
      throw failure(code)
    }
    var status = 0
    try check(unsafe drydock_curl_get_long(handle, CURLINFO_RESPONSE_CODE, &status))
    var connections = 0
    try check(unsafe drydock_curl_get_long(handle, CURLINFO_NUM_CONNECTS, &connections))
    var response = HTTPResponse(status: status, fields: exchange.fields, body: exchange.body)
    response.mayBeRepeated = isUsed && connections > 0
    isUsed = true
    return response
  }

  /// Why there is no answer.
  ///
  /// One that does not begin as HTTP does, as of a gateway that breaks down, has libcurl's code of an
  /// address that it cannot use: it could be HTTP 0.9.
  private func failure(_ code: CURLcode) -> HTTPFailure {
    var sent = 0
    unsafe drydock_curl_get_long(handle, CURLINFO_REQUEST_SIZE, &sent)
    if code == CURLE_UNSUPPORTED_PROTOCOL, sent > 0 {
      return HTTPFailure(.broken, "the answer does not begin as HTTP does")
    }
    let words = unsafe String(cString: curl_easy_strerror(code))
    return HTTPFailure(HTTPFailure.kind(of: code), words)
  }

  /// libcurl has one code for three limits; the time that it took tells which one it was.
  private func timeout(_ request: HTTPRequest, after elapsed: Duration) -> HTTPFailure {
    // libcurl counts in whole milliseconds of its own and ends a little early.
    if elapsed >= request.timeLimit - .milliseconds(20) {
      return HTTPFailure(.timeLimit, "it was not done within \(request.timeLimit)")
    }
    var connected: curl_off_t = 0
    unsafe drydock_curl_get_offset(handle, CURLINFO_PRETRANSFER_TIME_T, &connected)
    return connected == 0
      ? HTTPFailure(.connection, "no connection was made in time")
      : HTTPFailure(.stall, "nothing moved for too long")
  }

  private func set(_ option: CURLoption, _ value: Int) throws(HTTPFailure) {
    try check(unsafe drydock_curl_set_long(handle, option, value))
  }

  private func set(_ option: CURLoption, _ value: UnsafeMutableRawPointer?) throws(HTTPFailure) {
    try check(unsafe drydock_curl_set_pointer(handle, option, value))
  }

  private func check(_ code: CURLcode) throws(HTTPFailure) {
    guard code == CURLE_OK else {
      throw HTTPFailure(.other, unsafe String(cString: curl_easy_strerror(code)))
    }
  }

  private static func milliseconds(_ duration: Duration) -> Int {
    max(1, Int(duration / .milliseconds(1)))
  }

  /// libcurl's list of fields; a line end in one would begin another field.
  private static func list(
    _ headers: [HTTPRequest.Header]
  ) throws(HTTPFailure) -> UnsafeMutablePointer<curl_slist>? {
    // libcurl would wait for a go-ahead before a long body, and name a form's type.
    var lines = ["Expect:"]
    if !headers.contains(where: { $0.name.lowercased() == "content-type" }) {
      lines.append("Content-Type:")
    }
    for header in headers {
      let line = "\(header.name): \(header.value)"
      guard line.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
        throw HTTPFailure(.other, "the field \(header.name) has a value that cannot be sent")
      }
      // A field without a value is written with a semicolon (CURLOPT_HTTPHEADER(3)).
      lines.append(header.value.isEmpty ? "\(header.name);" : line)
    }
    var list: UnsafeMutablePointer<curl_slist>?
    for line in lines {
      guard let longer = unsafe curl_slist_append(list, line) else {
        unsafe curl_slist_free_all(list)
        throw HTTPFailure(.other, "there is no memory for the header")
      }
      unsafe list = longer
    }
    return unsafe list
  }
}
