import Cryptography
import Foundation
import HTTP
import Synchronization

@testable import ObjectStore

/// A real service for the heavy suite, where one is named.
///
/// `DRYDOCK_TEST_S3` is its endpoint, and the usual variables hold the credentials. A bucket is made
/// for each run, by the name in `DRYDOCK_TEST_S3_BUCKET` or a fresh one.
enum RealS3 {
  /// The service as a store to run the contract on; nothing when none is named.
  static var candidates: [Candidate] {
    endpoint.map { endpoint in
      [Candidate("bucket on \(endpoint)") { (try store(), nil) }]
    } ?? []
  }

  /// The endpoint's address.
  static let endpoint = ProcessInfo.processInfo.environment["DRYDOCK_TEST_S3"]

  private static let bucket =
    ProcessInfo.processInfo.environment["DRYDOCK_TEST_S3_BUCKET"]
    ?? "drydock-\(UInt32.random(in: 0 ... .max))"
  private static let isMade = Mutex(false)

  /// A store in a place of its own.
  static func store() throws -> S3Store {
    let store = S3Store(
      try S3Location(parsing: "s3://\(bucket)/\(UInt32.random(in: 0 ... .max))"),
      service: S3Service(endpoint: try HTTPAddress(parsing: endpoint ?? "")),
      credentials: .surroundings(ProcessInfo.processInfo.environment)
    )
    try isMade.withLock { isMade in
      guard !isMade else { return }
      _ = try store.client.send(S3Request(method: .put), "make", "the bucket")
      isMade = true
    }
    return store
  }
}
