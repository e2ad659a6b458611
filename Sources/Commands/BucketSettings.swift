/// Where buckets are and who may use them, as one place gave it.
struct BucketSettings: Sendable, Equatable {
  /// The address of the service.
  var endpoint: String?
  var region: String?
  /// Whether the bucket stands in the path, not before the host's name.
  var isPathStyle: Bool?
  /// A program that prints credentials.
  var credentialsCommand: [String]?
  /// MiB per second that may be sent.
  var uploadLimit: Int?

  /// These settings, completed with those of a place that counts less.
  func completed(with other: BucketSettings) -> BucketSettings {
    BucketSettings(
      endpoint: endpoint ?? other.endpoint,
      region: region ?? other.region,
      isPathStyle: isPathStyle ?? other.isPathStyle,
      credentialsCommand: credentialsCommand ?? other.credentialsCommand,
      uploadLimit: uploadLimit ?? other.uploadLimit
    )
  }
}
