internal import Arguments
internal import Problems

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
  /// Bytes that ranges of packs may take on this machine's disk; 0 for no cache.
  var rangeCache: Int?
  /// Seconds after which a request on which nothing moves is given up and sent again.
  var stallLimit: Double?
  /// A file with the certificates of the authorities to trust, in PEM, instead of the system's.
  var authorities: String?

  /// These settings, completed with those of a place that counts less.
  func completed(with other: BucketSettings) -> BucketSettings {
    BucketSettings(
      endpoint: endpoint ?? other.endpoint,
      region: region ?? other.region,
      isPathStyle: isPathStyle ?? other.isPathStyle,
      credentialsCommand: credentialsCommand ?? other.credentialsCommand,
      uploadLimit: uploadLimit ?? other.uploadLimit,
      rangeCache: rangeCache ?? other.rangeCache,
      stallLimit: stallLimit ?? other.stallLimit,
      authorities: authorities ?? other.authorities
    )
  }

  /// Reads a size such as `2GiB`, or `0`.
  static func size(_ text: String, _ place: String) throws -> Int {
    if let size = ByteSize(argument: text) { return size.bytes }
    throw Problem(
      .usage,
      code: BackupSettings.code,
      "\(place) must be \(ByteSize.expectation), or 0 for none"
    )
  }

  /// Reads a time of a second or more.
  static func stall(_ text: String, _ place: String) throws -> Double {
    let seconds = try BackupSettings.seconds(text, place)
    guard (1...3600).contains(seconds) else {
      throw Problem(.usage, code: BackupSettings.code, "\(place) must be from 1s to 1h")
    }
    return seconds
  }
}
