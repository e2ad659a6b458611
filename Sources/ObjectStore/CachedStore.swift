public import Problems

/// A remote store with a bounded cache in a local directory, for the ranges that are read twice.
///
/// A base of deltas is read again every night. The cache keeps such ranges of packs as they are
/// stored, so sealed, and hands them out without a network. It may be removed at any time, and
/// several processes may share it. Whatever goes wrong with it, the store is asked instead.
///
/// Only names under one directory are cached, where a name is a hash of the content: for those a
/// range never changes, and what the store has lost meanwhile is still right.
public struct CachedStore: ObjectStore {
  /// How often the cache helped.
  public struct Statistics: Sendable, Equatable {
    /// Ranges that were read from the cache.
    public var hits = 0
    /// Ranges that were fetched from the store.
    public var misses = 0
    /// Times that the cache itself failed: no harm but the time.
    public var failures = 0
    /// Why it failed the first time.
    public var firstFailure: Problem?
  }

  /// The store underneath.
  public let base: any ObjectStore
  private let cached: String
  private let cache: RangeCache

  /// Makes a store with a cache.
  ///
  /// - Parameters:
  ///   - base: The store that has everything.
  ///   - directory: Where the cache is; it is made when something is kept first.
  ///   - limit: Bytes that the cache may take on disk.
  ///   - cached: The directory of names that are hashes of their content.
  public init(
    _ base: any ObjectStore,
    directory: String,
    limit: Int,
    caching cached: String = "packs"
  ) {
    self.base = base
    self.cached = cached + "/"
    cache = RangeCache(directory: directory, limit: limit)
  }

  /// Where the base is.
  public var location: String { base.location }

  /// As the base wants it.
  public var parallelPuts: Int { base.parallelPuts }

  /// How often the cache helped so far.
  public var statistics: Statistics { cache.statistics }

  /// Stores in the base; what is new is not cached before it is read.
  public func put(_ name: ObjectName, _ bytes: [UInt8]) throws { try base.put(name, bytes) }

  /// The whole object, from the base.
  public func get(_ name: ObjectName) throws -> [UInt8] { try base.get(name) }

  /// A range, from the cache where it is there, else from the base and then kept.
  public func get(_ name: ObjectName, range: Range<Int>) throws -> [UInt8] {
    guard isCached(name, range) else { return try base.get(name, range: range) }
    let key = RangeCache.Key(name: name, range: range)
    if let bytes = cache.bytes(key) { return bytes }
    let bytes = try base.get(name, range: range)
    cache.keep(bytes, key)
    return bytes
  }

  /// Whether the range is in the cache, or near in the base.
  public func isNear(_ name: ObjectName, range: Range<Int>) -> Bool {
    if base.isNear(name, range: range) { return true }
    return isCached(name, range) && cache.contains(RangeCache.Key(name: name, range: range))
  }

  /// The size, from the base.
  public func size(of name: ObjectName) throws -> Int { try base.size(of: name) }

  /// The listing of the base.
  public func list(_ directory: String) throws -> [ObjectInfo] { try base.list(directory) }

  /// Removes the object from the base; its ranges leave the cache with time.
  public func delete(_ name: ObjectName) throws { try base.delete(name) }

  /// What the base tells of itself.
  public func describe(_ findings: inout StoreFindings) throws { try base.describe(&findings) }

  private func isCached(_ name: ObjectName, _ range: Range<Int>) -> Bool {
    !range.isEmpty && name.text.hasPrefix(cached)
  }
}
