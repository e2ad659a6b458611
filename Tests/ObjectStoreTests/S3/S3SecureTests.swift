import Cryptography
import HTTP
import Problems
import TestSupport
import Testing

@testable import ObjectStore

@Suite("A store behind TLS, with the bucket before the host's name")
struct S3SecureTests {
  private let service: FakeS3
  private let name = ObjectName(components: "packs", "ab", "abcd")

  init() throws { service = try FakeS3() }

  private func store(_ front: TLSFront, authorities: String?) throws -> S3Store {
    S3Store(
      try S3Location(parsing: "s3://\(FakeS3.name)/fleet/one"),
      service: S3Service(
        endpoint: try HTTPAddress(parsing: "https://localhost:\(front.port)"),
        isPathStyle: false
      ),
      credentials: .given(
        S3Credentials(accessKey: FakeS3.accessKey, secret: Secret(text: FakeS3.secret))
      ),
      http: HTTPClient(authorities: authorities)
    )
  }

  @Test("Everything works with a certificate that is trusted, and goes to the bucket's own host")
  func trusted() throws {
    let front = try TLSFront(to: service.port, names: ["ships.localhost"])
    let store = try store(front, authorities: front.certificate)
    try store.put(name, [1, 2, 3])
    #expect(try store.get(name, range: 1..<3) == [2, 3] && store.size(of: name) == 3)
    #expect(try store.list("packs").map(\.name) == [name])
    try store.delete(name)
    #expect(try store.list("").isEmpty)
    let hosts = Set(service.requests.map { $0.fields["host"] })
    #expect(hosts == ["ships.localhost:\(front.port)"])
    #expect(service.requests.first?.target == "/fleet/one/packs/ab/abcd")
  }

  @Test("A certificate that nobody trusts, or of another host, is refused before anything is sent")
  func refused() throws {
    let front = try TLSFront(to: service.port, names: ["localhost", "other.localhost"])
    for authorities in [nil, front.certificate] {
      let problem = #expect(throws: Problem.self) {
        try store(front, authorities: authorities).get(name)
      }
      #expect(problem?.code == "store.unreachable" && problem?.isRetryable == false)
      #expect(problem?.hint?.contains("certificate") == true, "\(String(describing: problem))")
    }
    #expect(service.requests.isEmpty)
  }
}
