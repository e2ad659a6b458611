import Cryptography
import Files
import Foundation
import HTTP
import Problems

@testable import ObjectStore

/// The real object stores that `scripts/stores` starts on this machine.
enum RealStore: String, CaseIterable, Sendable, CustomStringConvertible {
  /// Ceph RGW on three nodes.
  case ceph
  /// OpenStack Swift on four nodes.
  case swift

  /// Who signs, as the scripts in `../shared/stores` have it.
  struct Account: Sendable {
    var key: String
    var secret: String

    /// Another user, with a secret that holds every character that must be encoded somewhere.
    static let stranger = Account(
      key: "bench:writer",
      secret: "wJalrXUtnFEMI/K7MDENG+bPxRfi=CYEXAMPLEKEY"
    )
  }

  /// The name in test reports.
  var description: String { self == .ceph ? "Ceph RGW" : "OpenStack Swift" }

  /// The service's address.
  var endpoint: String { self == .ceph ? "http://127.0.0.1:7480" : "http://127.0.0.1:8080" }

  /// Who may do everything there.
  var owner: Account {
    self == .ceph
      ? Account(key: "testkey", secret: "testsecret")
      : Account(key: "test:tester", secret: "testing")
  }

  /// Where the service's files are; throws one line that says how to start it.
  ///
  /// A suite that passed it over in silence would prove nothing.
  func directory() throws -> String {
    let variables = ProcessInfo.processInfo.environment
    let place = variables["DRYDOCK_TEST_STORES"].map { "\($0)/\(rawValue)" }
    if let place, Directory.exists("\(place)/run") { return place }
    throw Problem(
      .usage,
      code: "tests.no-store",
      "this test needs \(self) on this machine, and there is none",
      hint: "Run scripts/stores swift test --filter '^HeavyStoreTests'; it needs ../shared/stores."
    )
  }

  /// A place in a bucket, as the tests themselves look at it: directly, and as the owner.
  func store(_ address: String) throws -> S3Store {
    S3Store(
      try S3Location(parsing: address),
      service: S3Service(endpoint: try HTTPAddress(parsing: endpoint)),
      credentials: .given(
        S3Credentials(accessKey: owner.key, secret: Secret(text: owner.secret))
      )
    )
  }

  /// Makes a bucket, and returns the address of a place in it.
  func makeBucket(_ headers: [HTTPRequest.Header] = []) throws -> String {
    _ = try directory()
    let address = "s3://drydock-\(UInt32.random(in: 0 ... .max))/nightly"
    let request = S3Request(method: .put, headers: headers)
    _ = try store(address).client.send(request, "make", "the bucket")
    return address
  }
}
