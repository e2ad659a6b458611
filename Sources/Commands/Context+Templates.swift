internal import Cluster

extension Context {
  /// Where restored snapshots are kept for the next rehearsals; nil where they are not.
  var templates: TemplateCache? {
    let limit = configuration.templates ?? 20 << 30
    guard limit > 0, let cacheDirectory else { return nil }
    return TemplateCache(directory: "\(cacheDirectory)/templates", limit: limit)
  }
}
