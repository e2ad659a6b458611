internal import Cluster

extension Context {
  /// Where restored snapshots are kept for the next rehearsals; nil where they are not.
  ///
  /// Where none are to be kept any more, those that lie there are removed: they hold production's rows.
  func templates() throws -> TemplateCache? {
    guard let cacheDirectory else { return nil }
    let limit = configuration.templates ?? 20 << 30
    let cache = TemplateCache(directory: "\(cacheDirectory)/templates", limit: limit)
    guard limit > 0 else {
      try cache.clear()
      return nil
    }
    return cache
  }
}
