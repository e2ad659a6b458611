/// Which instances may be relied on: those whose whole chain is there.
///
/// A base resolves only to an instance of smaller depth, so every search ends, even where chunks
/// were deduplicated, lost and stored again until A stands on B and B on A.
extension InstanceTable {
  /// Whether the chunk has an instance that may be relied on.
  func contains(_ id: ChunkID) throws -> Bool {
    if try hasFull(id) { return true }
    return try chain(of: id) != nil
  }

  /// An instance that may be relied on, followed by all that it stands on down to a full one.
  ///
  /// - Parameters:
  ///   - id: The chunk's name.
  ///   - depth: Where the chain must begin below, as for a base of that depth.
  /// - Returns: The shallowest such chain, or nil when every chain of the chunk is broken.
  /// - Throws: When the file of the merged index is broken and cannot be made again.
  func chain(of id: ChunkID, below depth: Int = .max) throws -> [Location]? {
    for location in try locations(of: id, below: depth) {
      if let chain = try chain(under: location) { return chain }
    }
    return nil
  }

  /// An instance followed by all that it stands on, or nil when a base is missing.
  func chain(under location: Location) throws -> [Location]? {
    guard let base = location.instance.base else { return [location] }
    return try chain(of: base, below: location.instance.depth).map { [location] + $0 }
  }
}
