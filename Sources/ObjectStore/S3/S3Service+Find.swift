internal import HTTP
internal import Problems

extension S3Service {
  /// The service of a bucket, from what is configured, then from the variables and the shared files
  /// of AWS's tools; AWS itself where nobody names an endpoint.
  ///
  /// - Parameters:
  ///   - endpoint: The server's address, such as `https://store.example.org:9000`.
  ///   - region: The region to sign for; `us-east-1` where nobody names one.
  ///   - isPathStyle: Whether the bucket stands in the path; nil for what fits the endpoint.
  ///   - bucket: The bucket's name.
  ///   - environment: Variables such as `AWS_ENDPOINT_URL` and `AWS_REGION`.
  /// - Returns: The service.
  /// - Throws: `usage.s3-endpoint` for an address that cannot be used.
  public static func find(
    endpoint: String?,
    region: String?,
    isPathStyle: Bool?,
    bucket: String,
    environment: [String: String]
  ) throws -> S3Service {
    let value = { (name: String) in environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    let files = try AWSFiles(environment)
    let region =
      region ?? value("AWS_REGION") ?? value("AWS_DEFAULT_REGION") ?? files.setting("region")
      ?? "us-east-1"
    let named =
      endpoint ?? value("AWS_ENDPOINT_URL_S3") ?? value("AWS_ENDPOINT_URL")
      ?? files.setting("endpoint_url")
    do throws(HTTPFailure) {
      let address = try HTTPAddress(parsing: named ?? "https://s3.\(region).amazonaws.com")
      return S3Service(
        endpoint: address,
        region: region,
        // A dot in the bucket's name would not fit the certificate of a virtual host.
        isPathStyle: isPathStyle ?? (named != nil || bucket.contains("."))
      )
    } catch {
      throw Problem(
        .usage,
        code: "usage.s3-endpoint",
        "The endpoint of the store cannot be used",
        reason: error.reason,
        hint: "Write it as https://host:port, without a path."
      )
    }
  }
}
