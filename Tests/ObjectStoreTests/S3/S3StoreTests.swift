import Cryptography
import HTTP
import Problems
import Synchronization
import TestSupport
import Testing

@testable import ObjectStore

@Suite("A store in a bucket asks again where that helps, and says clearly where it does not")
struct S3StoreTests {
  private let name = ObjectName(components: "packs", "ab", "abcd")
  private let key = "fleet/one/packs/ab/abcd"
  private let bytes = (0..<5000).map { UInt8(truncatingIfNeeded: $0) }

  /// A service that does something to the requests of some numbers.
  private func ship(_ faults: [Int: FakeS3.Fault]) throws -> S3Ship {
    try S3Ship(FakeS3 { _, number in faults[number] ?? .none })
  }

  @Test(
    "What is transient is asked again after longer and longer pauses",
    arguments: [
      FakeS3.Fault.refuse(500, "InternalError"), .refuse(503, "SlowDown"), .refuse(502, ""),
      .refuse(504, ""), .refuse(429, ""), .refuse(400, "RequestTimeout"),
      .refuse(409, "ConditionalRequestConflict"), .cut, .silence,
    ]
  )
  func transient(fault: FakeS3.Fault) throws {
    // Requests: HEAD, PUT, and the PUT that proves what the condition is worth.
    let ship = try ship([4: fault, 5: fault, 6: fault])
    try ship.store.put(name, bytes)
    #expect(try ship.store.get(name) == bytes)
    #expect(ship.waited == [.milliseconds(125), .milliseconds(250), .milliseconds(500)])
    #expect(ship.service.requests.count == 7)
  }

  @Test("When it never gets better, the problem names operation, object, reason and attempts")
  func exhausted() throws {
    let ship = try S3Ship(FakeS3 { _, _ in .refuse(503, "SlowDown") })
    let problem = #expect(throws: Problem.self) { try ship.store.get(name) }
    #expect(
      problem?.description == """
        cannot read packs/ab/abcd in s3://ships/fleet/one
          why: the store answered 503 SlowDown: As planned (after 4 attempts)
          object: packs/ab/abcd
          store: s3://ships/fleet/one
          endpoint: \(ship.service.address)
          next: The store is overloaded or partly down: run the same command later.
        """
    )
    #expect(problem?.code == "store.busy" && problem?.isRetryable == true)
    let dead = try S3Ship(FakeS3 { _, _ in .reset })
    let unreachable = #expect(throws: Problem.self) { try dead.store.list("packs") }
    #expect(unreachable?.code == "store.unreachable" && unreachable?.isRetryable == true)
    #expect(dead.waited.count == 3)
  }

  @Test(
    "What is not transient is asked once, and advice follows from the store's word",
    arguments: [
      (403, "AccessDenied", "store.access-denied"),
      (403, "InvalidAccessKeyId", "store.access-denied"),
      (403, "SignatureDoesNotMatch", "store.bad-signature"),
      (404, "NoSuchBucket", "store.no-bucket"), (403, "RequestTimeTooSkewed", "store.clock"),
      (400, "AuthorizationHeaderMalformed", "store.wrong-region"), (307, "", "store.wrong-region"),
      (400, "InvalidArgument", "store.refused"),
    ]
  )
  func lasting(status: Int, word: String, code: String) throws {
    let refusing = { try S3Ship(FakeS3 { _, _ in .refuse(status, word) }) }
    for call: (S3Store) throws -> Void in [
      { _ = try $0.get(name) }, { _ = try $0.get(name, range: 0..<2) }, { _ = try $0.list("") },
    ] {
      let ship = try refusing()
      let problem = #expect(throws: Problem.self) { try call(ship.store) }
      #expect(problem?.code == code && problem?.isRetryable == false)
      #expect(problem?.reason?.contains("\(status)") == true)
      #expect(code == "store.refused" || problem?.hint != nil)
      #expect(ship.service.requests.count == 1 && ship.waited.isEmpty)
    }
    // HEAD has no body, so a GET asks for the words.
    let ship = try refusing()
    let problem = #expect(throws: Problem.self) { try ship.store.size(of: name) }
    #expect(problem?.code == code && ship.service.requests.map(\.method) == ["HEAD", "GET"])
  }

  @Test("A missing bucket is no missing object")
  func noBucket() throws {
    let ship = try S3Ship(FakeS3(), location: "s3://elsewhere/fleet")
    for call: () throws -> Void in [
      { _ = try ship.store.get(name) }, { _ = try ship.store.size(of: name) },
      { try ship.store.put(name, [1]) }, { try ship.store.delete(name) },
      { _ = try ship.store.list("") },
    ] {
      let problem = #expect(throws: Problem.self) { try call() }
      #expect(problem?.code == "store.no-bucket")
    }
  }

  @Test("A lost answer to a put is no failure, and a name that another writer took is one")
  func lostAnswer() throws {
    // Once: libcurl itself repeats a request whose connection died. Twice: the store does.
    for numbers in [[2], [2, 3]] {
      let ship = try ship(Dictionary(uniqueKeysWithValues: numbers.map { ($0, .lose) }))
      try ship.store.put(name, bytes)
      #expect(ship.service.objects == [key: bytes] && ship.waited.count == numbers.count - 1)
    }
    for numbers in [[4], [4, 5]] {
      let ship = try ship(Dictionary(uniqueKeysWithValues: numbers.map { ($0, .lose) }))
      try ship.store.put(ObjectName(components: "first"), [1])
      try ship.store.put(name, bytes)
      #expect(ship.service.objects[key] == bytes && ship.waited.count == numbers.count - 1)
    }
    // Nothing comes back, and at the next attempt the name holds somebody else's bytes.
    for numbers in [[4], [4, 5]] {
      let ship = try ship(Dictionary(uniqueKeysWithValues: numbers.map { ($0, .reset) }))
      try ship.store.put(name, [9])
      let problem = #expect(throws: Problem.self) { try ship.store.put(name, bytes) }
      #expect(problem?.code == StoreProblem.existsCode && ship.service.objects == [key: [9]])
    }
  }

  @Test("A condition is relied upon when it was proven, else the name is looked for first")
  func conditions() throws {
    let words = { (conditions: FakeS3.Conditions) in
      var behaviour = FakeS3.Behaviour()
      behaviour.conditions = conditions
      let ship = try S3Ship(FakeS3(behaviour))
      for text in ["a", "b"] { try ship.store.put(ObjectName(components: text), [1]) }
      let problem = #expect(throws: Problem.self) {
        try ship.store.put(ObjectName(components: "a"), [2])
      }
      #expect(problem?.code == StoreProblem.existsCode)
      #expect(ship.service.objects == ["fleet/one/a": [1], "fleet/one/b": [1]])
      return ship.service.requests.map { request in
        request.method + (request.fields["if-none-match"] == nil ? "" : "*")
      }.joined(separator: " ")
    }
    #expect(try words(.honoured) == "HEAD PUT* PUT* PUT* PUT*")
    #expect(try words(.ignored) == "HEAD PUT* PUT* HEAD PUT HEAD")
    #expect(try words(.unsupported) == "HEAD PUT* PUT HEAD PUT HEAD")
  }

  @Test("A large object is never stored twice to prove a condition")
  func largeProof() throws {
    let ship = try ship([:])
    try ship.store.put(name, [UInt8](repeating: 1, count: (64 << 10) + 1))
    #expect(ship.service.requests.map(\.method) == ["HEAD", "PUT"])
  }

  @Test("Where object lock wants a checksum, every put has one from then on")
  func checksum() throws {
    var behaviour = FakeS3.Behaviour()
    behaviour.wantsChecksum = true
    let ship = try S3Ship(FakeS3(behaviour))
    try ship.store.put(name, Array("Welcome to Amazon S3.".utf8))
    let sums = ship.service.requests.filter { $0.method == "PUT" }
      .map { $0.fields["x-amz-checksum-sha256"] }
    let sum = "RM591nyVng01JP+sF3Hfu6h9K2tLTpnkIDSouAP4sHI="
    #expect(sums == [nil, sum, sum])
  }

  @Test("A shortened answer is asked again, and an object that is short says so at once")
  func shortened() throws {
    let ship = try ship([4: .shorten])
    try ship.store.put(name, bytes)
    #expect(try ship.store.get(name, range: 100..<200) == Array(bytes[100..<200]))
    let short = #expect(throws: Problem.self) { try ship.store.get(name, range: 4999..<5001) }
    #expect(short?.code == StoreProblem.shortCode)
    let beyond = #expect(throws: Problem.self) { try ship.store.get(name, range: 6000..<6001) }
    #expect(beyond?.code == StoreProblem.shortCode)
    let listed = try self.ship([4: .shorten])
    try listed.store.put(name, bytes)
    #expect(try listed.store.list("packs").map(\.name) == [name] && listed.waited.count == 1)
    let always = try S3Ship(
      FakeS3 { request, _ in request.fields["range"] == nil ? .none : .shorten }
    )
    try always.store.put(name, bytes)
    let problem = #expect(throws: Problem.self) { try always.store.get(name, range: 0..<10) }
    #expect(problem?.code == "store.bad-answer")
  }

  @Test("A listing of many pages is whole, and one page that fails is asked again")
  func pages() throws {
    let ship = try S3Ship(FakeS3 { _, number in number % 3 == 0 ? .cut : .none })
    let names = (0..<10).map { ObjectName(components: "packs", "p\($0)") }
    for name in names { try ship.store.put(name, [1, 2]) }
    try ship.store.put(ObjectName(components: "packs2"), [1])
    #expect(try ship.store.list("packs").map(\.name) == names)
    #expect(try ship.store.list("packs").first?.modified == 1_769_860_800)
    #expect(try ship.store.list("").count == 11)
  }

  @Test("A bucket's own top is a place too, and foreign keys are no objects")
  func top() throws {
    let service = try FakeS3()
    let top = try S3Ship(service, location: "s3://\(FakeS3.name)")
    let below = try S3Ship(service)
    try top.store.put(ObjectName(components: "a"), [1])
    try below.store.put(ObjectName(components: "b"), [2])
    #expect(try top.store.list("").map(\.name.text) == ["a", "fleet/one/b"])
    #expect(try below.store.list("").map(\.name.text) == ["b"])
  }

  @Test("The request of an object is encoded, signed for its time, and goes to the right host")
  func request() throws {
    let ship = try S3Ship(FakeS3(), clock: { 1_369_353_600 })
    _ = try? ship.store.get(name)
    let request = try #require(ship.service.requests.first)
    #expect(request.target == "/ships/fleet/one/packs/ab/abcd")
    #expect(request.fields["x-amz-date"] == "20130524T000000Z")
    #expect(request.fields["authorization"]?.contains(FakeS3.secret) == false)
    #expect(request.fields["host"] == "127.0.0.1:\(ship.service.address.split(separator: ":")[2])")
    let far = S3Service(
      endpoint: try HTTPAddress(parsing: "https://s3.example.org"),
      isPathStyle: false
    )
    #expect(far.authority("ships") == "ships.s3.example.org")
    #expect(far.path("ships", "a b/c") == "/a%20b/c" && far.path("ships", "") == "/")
    let near = S3Service(endpoint: try HTTPAddress(parsing: "https://s3.example.org:9000"))
    #expect(near.authority("ships") == "s3.example.org:9000")
    #expect(near.path("ships", "") == "/ships")
  }

  @Test(
    "An address is a bucket and a prefix",
    arguments: [
      ("s3://ships", "ships", ""), ("s3://ships/", "ships", ""),
      ("s3://ships/a/b/", "ships", "a/b"), ("s3://s.h-i_p/a", "s.h-i_p", "a"),
    ]
  )
  func address(text: String, bucket: String, prefix: String) throws {
    let location = try S3Location(parsing: text)
    #expect(location.bucket == bucket && location.prefix == prefix)
  }

  @Test(
    "What is no bucket's address is refused",
    arguments: [
      "s3://", "s3:///a", "ships", "s3://a/../b", "s3://a//b", "s3://a/.b", "s3://a?b", "s3://a@b",
    ]
  )
  func badAddress(text: String) {
    let problem = #expect(throws: Problem.self) { try S3Location(parsing: text) }
    #expect(problem?.kind == .usage && problem?.code == "usage.s3-address")
  }

  @Test("Pauses double up to their limit, and are a random part of it")
  func backoff() {
    let retry = S3Retry(random: { 1 })
    #expect(
      (1...9).map { retry.delay(after: $0) / .milliseconds(1) }
        == [250, 500, 1000, 2000, 4000, 8000, 16_000, 20_000, 20_000]
    )
    #expect(S3Retry(random: { 0 }).delay(after: 5) == .zero)
    #expect(S3Retry(random: { 1 }).delay(after: 1000) == .seconds(20))
  }
}
