internal import HTTP
internal import ObjectStore

extension Context {
  /// What the ranges of packs may take on this machine's disk where nothing is set, in bytes.
  static let rangeCacheLimit = 2 << 30

  /// A bucket as a store, with a cache in front of it where this user has a place for one.
  ///
  /// Endpoint and credentials both come from what the user or root vouches for: a configuration
  /// outside the checkout, the environment, or the shared files of AWS's tools.
  func bucket(_ address: String) throws -> any ObjectStore {
    let location = try S3Location(parsing: address)
    let settings = configuration.bucket
    let environment = world.environment
    let store = S3Store(
      location,
      service: try S3Service.find(
        endpoint: settings.endpoint,
        region: settings.region,
        isPathStyle: settings.isPathStyle,
        bucket: location.bucket,
        environment: environment
      ),
      credentials: settings.credentialsCommand.map { .command($0, environment: environment) }
        ?? .surroundings(environment),
      http: HTTPClient(
        Self.limits(settings),
        authorities: settings.authorities ?? Self.file(environment["AWS_CA_BUNDLE"])
      ),
      isStopped: world.isStopping
    )
    let limit = settings.rangeCache ?? Self.rangeCacheLimit
    guard let cacheDirectory, limit > 0 else { return store }
    // Packs are named by their content, so all repositories may share one directory.
    return CachedStore(store, directory: cacheDirectory + "/ranges", limit: limit)
  }

  private static func file(_ path: String?) -> String? { path == "" ? nil : path }

  private static func limits(_ settings: BucketSettings) -> HTTPClient.Limits {
    var limits = HTTPClient.Limits()
    limits.uploadRate = settings.uploadLimit.map { min($0, 1 << 20) << 20 }
    if let stallLimit = settings.stallLimit { limits.stall = .seconds(stallLimit) }
    return limits
  }
}
