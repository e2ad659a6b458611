internal import HTTP
internal import ObjectStore

extension Context {
  /// What the ranges of packs may take on this machine's disk, in bytes.
  private static let rangeCacheLimit = 2 << 30

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
      http: HTTPClient(.init(uploadRate: settings.uploadLimit.map { min($0, 1 << 20) << 20 }))
    )
    guard let cacheDirectory else { return store }
    // Packs are named by their content, so all repositories may share one directory.
    return CachedStore(store, directory: cacheDirectory + "/ranges", limit: Self.rangeCacheLimit)
  }
}
