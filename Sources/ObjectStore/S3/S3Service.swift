public import HTTP

/// A service that speaks S3, and how a bucket of it is addressed.
public struct S3Service: Sendable, Equatable {
  /// The server.
  public var endpoint: HTTPAddress
  /// The region that requests are signed for; most services but AWS accept any.
  public var region: String
  /// Whether the bucket stands in the path, not before the host's name.
  public var isPathStyle: Bool

  /// Describes a service.
  public init(endpoint: HTTPAddress, region: String = "us-east-1", isPathStyle: Bool = true) {
    self.endpoint = endpoint
    self.region = region
    self.isPathStyle = isPathStyle
  }

  /// The host that requests for a bucket go to, with its port.
  func authority(_ bucket: String) -> String {
    isPathStyle ? endpoint.authority : "\(bucket).\(endpoint.authority)"
  }

  /// The encoded path of a key; of the bucket itself for an empty key.
  func path(_ bucket: String, _ key: String) -> String {
    let key = S3Encoding.encoded(key, keeping: "/")
    return isPathStyle
      ? "/" + S3Encoding.encoded(bucket) + (key.isEmpty ? "" : "/" + key)
      : "/" + key
  }
}
