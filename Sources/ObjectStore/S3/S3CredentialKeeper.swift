internal import Synchronization

/// Keeps credentials until they are about to end, and fetches them again then.
final class S3CredentialKeeper: Sendable {
  /// Seconds before their end at which credentials count as gone: a long upload must still fit.
  private static let margin: Int64 = 300

  private let source: S3CredentialSource
  private let known = Mutex<S3Credentials?>(nil)

  init(_ source: S3CredentialSource) { self.source = source }

  /// The credentials to sign with now.
  func current(now: Int64) throws -> S3Credentials {
    try known.withLock { known in
      if let known, known.expires.map({ now < $0 - Self.margin }) ?? true { return known }
      let fresh = try source.load()
      known = fresh
      return fresh
    }
  }

  /// Has them fetched again: the store says that they have expired.
  func forget() { known.withLock { $0 = nil } }
}
