import Cryptography
import HTTP
import Synchronization
import TestSupport

@testable import ObjectStore

/// A store on a fake service, with a retry that does not wait but counts its pauses.
struct S3Ship {
  let service: FakeS3
  let store: S3Store
  private let pauses = Pauses()

  private final class Pauses: Sendable { let all = Mutex<[Duration]>([]) }

  /// The pauses between attempts so far.
  var waited: [Duration] { pauses.all.withLock { $0 } }

  init(
    _ service: FakeS3,
    location: String = "s3://\(FakeS3.name)/fleet/one",
    secret: String = FakeS3.secret,
    clock: @escaping @Sendable () -> Int64 = S3Clock.now
  ) throws {
    self.service = service
    let pauses = pauses
    store = S3Store(
      try S3Location(parsing: location),
      service: S3Service(endpoint: try HTTPAddress(parsing: service.address)),
      credentials: .given(
        S3Credentials(accessKey: FakeS3.accessKey, secret: Secret(text: secret))
      ),
      http: HTTPClient(.init(stall: .seconds(1))),
      retry: S3Retry(
        attempts: 4,
        random: { 0.5 },
        pause: { duration, _ in pauses.all.withLock { $0.append(duration) } }
      ),
      clock: clock
    )
  }
}
