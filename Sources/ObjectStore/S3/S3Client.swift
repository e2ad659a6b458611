internal import Cryptography
internal import HTTP
internal import Problems

/// Sends signed requests, again and again where that may help.
struct S3Client: Sendable {
  /// An answer, and whether an earlier attempt may have done the work unheard.
  struct Answer {
    var response: HTTPResponse
    var isDoubtful: Bool
  }

  let location: S3Location
  let service: S3Service
  let credentials: S3CredentialKeeper
  let http: HTTPClient
  let retry: S3Retry
  let stop: S3Stop
  /// Seconds since 1970.
  let clock: @Sendable () -> Int64

  /// Sends a request until it is answered in order, refused for good, or was tried often enough.
  ///
  /// - Parameters:
  ///   - request: What to ask.
  ///   - operation: What it is for, as in "cannot read".
  ///   - subject: The object's name or a word for it, for messages.
  /// - Returns: An answer with a status that the request accepts.
  /// - Throws: A `Problem`; `store.not-found` for an object that is not there;
  ///   `CancellationError` when somebody asked to stop meanwhile.
  func send(_ request: S3Request, _ operation: String, _ subject: String) throws -> Answer {
    let words = S3Problem(
      operation: operation,
      subject: subject,
      location: location,
      service: service
    )
    let hash = S3Encoding.hex(try SHA256.hash(request.body))
    let rest = try stop.rest()
    let attempts = rest == nil ? retry.attempts : 1
    var isDoubtful = false
    var hasRenewed = false
    var attempt = 1
    while true {
      let isLast = attempt >= attempts
      switch try exchange(request, hash, rest) {
      case .success(let response) where request.accepting.contains(response.status):
        return Answer(response: response, isDoubtful: isDoubtful || response.mayBeRepeated)
      case .success(let response):
        let failure = S3Failure(response)
        if failure.isExpired && !hasRenewed {
          hasRenewed = true
          credentials.forget()
          continue
        }
        guard failure.isTransient && !isLast else {
          throw try problem(failure, request, words, attempt)
        }
        isDoubtful = true
      case .failure(let failure) where failure.kind == .stopped: throw CancellationError()
      case .failure(let failure):
        guard failure.isTransient && !isLast else {
          throw words.problem(failure, attempts: attempt)
        }
        isDoubtful = true
      }
      try pause(after: attempt)
      attempt += 1
    }
  }

  /// Waits before the next attempt; throws `CancellationError` when somebody asks to stop.
  func pause(after attempt: Int) throws {
    retry.pause(retry.delay(after: attempt), stop.isAsked)
    if stop.isAsked() { throw CancellationError() }
  }

  /// The store's clock as its last answer gave it, minus ours, in seconds; nil when it gave none.
  func skew(of response: HTTPResponse) -> Int64? {
    response["date"].flatMap(S3Time.init(field:)).map { $0.seconds - clock() }
  }

  private func exchange(
    _ request: S3Request,
    _ hash: String,
    _ rest: Duration?
  ) throws -> Result<HTTPResponse, HTTPFailure> {
    var ready = try signed(request, hash)
    // After a stop the time is short, and what is sent now is sent in spite of it.
    if let rest {
      ready.timeLimit = min(ready.timeLimit, rest)
    } else {
      ready.isStopped = stop.isAsked
    }
    return Result { () throws(HTTPFailure) in try http.send(ready) }
  }

  private func signed(_ request: S3Request, _ hash: String) throws -> HTTPRequest {
    let authority = service.authority(location.bucket)
    let path = service.path(location.bucket, request.key)
    let query = S3Encoding.query(request.query)
    let signature = S3Signature(
      credentials: try credentials.current(now: clock()),
      region: service.region,
      time: S3Time(seconds: clock())
    )
    let headers = try signature.sign(
      .init(
        method: request.method.rawValue,
        path: path,
        query: query,
        headers: [.init("Host", authority)] + request.headers,
        payloadHash: hash
      )
    )
    let scheme = service.endpoint.isSecure ? "https" : "http"
    return HTTPRequest(
      request.method,
      "\(scheme)://\(authority)\(path)" + (query.isEmpty ? "" : "?\(query)"),
      headers: headers,
      body: request.body,
      responseLimit: request.responseLimit,
      timeLimit: request.timeLimit
    )
  }

  /// The problem of a refusal; an answer to `HEAD` has no words, so a `GET` asks for them.
  private func problem(
    _ failure: S3Failure,
    _ request: S3Request,
    _ words: S3Problem,
    _ attempts: Int
  ) throws -> Problem {
    if request.method == .head {
      var asking = S3Request(method: .get, key: request.key, query: request.query)
      asking.headers = [.init("Range", "bytes=0-0")]
      let hash = S3Encoding.hex(try SHA256.hash([]))
      if case .success(let response) = try exchange(asking, hash, try stop.rest()) {
        let said = S3Failure(response)
        if said.status == failure.status { return told(said, words, attempts) }
      }
    }
    return told(failure, words, attempts)
  }

  private func told(_ failure: S3Failure, _ words: S3Problem, _ attempts: Int) -> Problem {
    if failure.status == 404, failure.code != "NoSuchBucket", let name = ObjectName(words.subject) {
      return StoreProblem.notFound(name, in: location.description)
    }
    return words.problem(failure, attempts: attempts)
  }
}
