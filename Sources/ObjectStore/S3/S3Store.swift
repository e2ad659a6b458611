internal import Faults
public import HTTP
internal import Problems
internal import Synchronization

/// A store in a bucket of any service that speaks S3.
///
/// Requests are signed by hand, retried with backoff where that may help, and limited in time and
/// length. A plain put carries up to 5 GiB there, far more than any object of ours has, so no
/// upload has parts that a killed writer could leave behind.
public struct S3Store: ObjectStore {
  /// The largest object that is stored or read whole.
  static let sizeLimit = 1 << 30
  /// Pages of a thousand entries: more than any repository has.
  private static let pageLimit = 1_000_000

  /// The bucket and the directory of names in it, as a URL.
  public var location: String { client.location.description }

  /// Three packs are on their way at once, each on its own connection: 96 MiB of memory.
  public var parallelPuts: Int { 3 }

  let client: S3Client
  let conditions = S3Conditions()

  /// Uses a bucket, which must be there.
  ///
  /// - Parameters:
  ///   - location: The bucket and a directory of names in it.
  ///   - service: Where the bucket is.
  ///   - credentials: Who signs; fetched when the first request is sent.
  ///   - http: The transport; one client may serve several stores.
  ///   - retry: How often a request is tried.
  ///   - clock: Seconds since 1970; another one only in tests.
  ///   - isStopped: Whether somebody asked to stop, as with Ctrl-C; asked from any thread. What is
  ///     on its way or waits to be tried again is then given up with `CancellationError`.
  public init(
    _ location: S3Location,
    service: S3Service,
    credentials: S3CredentialSource,
    http: HTTPClient = HTTPClient(),
    retry: S3Retry = S3Retry(),
    clock: @escaping @Sendable () -> Int64 = S3Clock.now,
    isStopped: @escaping @Sendable () -> Bool = { Task.isCancelled }
  ) {
    self.init(location, service, credentials, http, retry, clock, S3Stop(isAsked: isStopped))
  }

  init(
    _ location: S3Location,
    _ service: S3Service,
    _ credentials: S3CredentialSource,
    _ http: HTTPClient,
    _ retry: S3Retry,
    _ clock: @escaping @Sendable () -> Int64,
    _ stop: S3Stop
  ) {
    client = S3Client(
      location: location,
      service: service,
      credentials: S3CredentialKeeper(credentials),
      http: http,
      retry: retry,
      stop: stop,
      clock: clock
    )
  }

  /// Reads the whole object.
  public func get(_ name: ObjectName) throws -> [UInt8] {
    let request = S3Request(method: .get, key: key(name), responseLimit: Self.sizeLimit)
    return try client.send(request, "read", name.text).response.body
  }

  /// Reads a range of the object.
  public func get(_ name: ObjectName, range: Range<Int>) throws -> [UInt8] {
    guard !range.isEmpty else {
      let size = try size(of: name)
      guard range.upperBound <= size else { throw short(name, size, range) }
      return []
    }
    let request = S3Request(
      method: .get,
      key: key(name),
      headers: [.init("Range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)")],
      responseLimit: max(range.count, 64 << 10),
      accepting: [206, 416]
    )
    var count = 0
    for attempt in 1...client.retry.attempts {
      let answer = try client.send(request, "read", name.text).response
      if answer.status == 206 && answer.body.count == range.count { return answer.body }
      // Either the object ends before, or something on the way has shortened the answer.
      let size = try size(of: name)
      guard range.upperBound <= size else { throw short(name, size, range) }
      count = answer.body.count
      try client.pause(after: attempt)
    }
    throw badAnswer("read", name.text, "\(count) of \(range.count) bytes came, again and again")
  }

  /// Never: a bucket is behind a network.
  public func isNear(_ name: ObjectName, range: Range<Int>) -> Bool { false }

  /// Asks for the object's size.
  public func size(of name: ObjectName) throws -> Int {
    let request = S3Request(method: .head, key: key(name))
    let answer = try client.send(request, "ask the size of", name.text).response
    guard let size = answer.contentLength else {
      throw badAnswer("ask the size of", name.text, "the answer has no length")
    }
    return size
  }

  /// Lists page by page.
  public func list(_ directory: String) throws -> [ObjectInfo] {
    let subject = directory.isEmpty ? "all objects" : directory
    var prefix = client.location.key(directory)
    if !prefix.isEmpty && !prefix.hasSuffix("/") { prefix += "/" }
    var found: [ObjectName: ObjectInfo] = [:]
    var token: String?
    for _ in 0..<Self.pageLimit {
      let page = try page(prefix, token, subject)
      for entry in page.entries {
        guard let name = client.location.name(ofKey: entry.key) else { continue }
        found[name] = ObjectInfo(name: name, size: entry.size, modified: entry.modified)
      }
      guard let next = page.next else { return found.values.sorted { $0.name < $1.name } }
      guard next != token else { break }
      token = next
    }
    throw badAnswer("list", subject, "the listing does not come to an end")
  }

  /// Removes the object; the protocol of S3 calls that done also when there is none, so it is
  /// looked for first.
  public func delete(_ name: ObjectName) throws {
    FaultPoint.pass("store before delete: \(name.text)")
    defer { FaultPoint.pass("store after delete: \(name.text)") }
    _ = try size(of: name)
    let request = S3Request(method: .delete, key: key(name), accepting: [200, 204, 404])
    _ = try client.send(request, "remove", name.text)
  }

  func key(_ name: ObjectName) -> String { client.location.key(name.text) }

  func badAnswer(_ operation: String, _ subject: String, _ reason: String) -> Problem {
    S3Problem(
      operation: operation,
      subject: subject,
      location: client.location,
      service: client.service
    ).badAnswer(reason)
  }

  private func page(_ prefix: String, _ token: String?, _ subject: String) throws -> S3Listing {
    var request = S3Request(method: .get, responseLimit: S3Listing.sizeLimit)
    request.query = [("list-type", "2"), ("encoding-type", "url"), ("max-keys", "1000")]
    if !prefix.isEmpty { request.query.append(("prefix", prefix)) }
    if let token { request.query.append(("continuation-token", token)) }
    for attempt in 1...client.retry.attempts {
      let answer = try client.send(request, "list", subject).response
      if let page = S3Listing(answer.body) { return page }
      // A proxy that cuts an answer short may say so itself; then only the text is not whole.
      if attempt < client.retry.attempts { try client.pause(after: attempt) }
    }
    throw badAnswer("list", subject, "the answer is not a whole listing, again and again")
  }

  private func short(_ name: ObjectName, _ size: Int, _ range: Range<Int>) -> Problem {
    StoreProblem.short(name, in: location, size: size, range: range)
  }
}
