public import Cryptography

/// Who signs requests.
public struct S3Credentials: Sendable {
  /// The access key's id, which requests carry in the clear.
  public var accessKey: String
  /// The secret key, which never leaves this process.
  public var secret: Secret
  /// The token of a session, where the key is only good together with one.
  public var token: Secret?
  /// When they end, in seconds since 1970.
  public var expires: Int64?
  /// Where they were found, for messages.
  public var source: String

  /// Makes credentials.
  public init(
    accessKey: String,
    secret: Secret,
    token: Secret? = nil,
    expires: Int64? = nil,
    source: String = "the caller"
  ) {
    self.accessKey = accessKey
    self.secret = secret
    self.token = token
    self.expires = expires
    self.source = source
  }
}
