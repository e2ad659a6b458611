internal import Files
internal import ObjectStore

/// Sorted runs on their way into one file of the cache.
///
/// They stand in a directory that goes with this value, and that another process removes when this
/// one is killed.
final class CacheRuns {
  private static let prefix = "runs"

  private let cache: IndexCache
  private let seal: CacheSeal
  private let scratch: TemporaryDirectory
  private var files: [CacheFile] = []

  /// Begins with what the cache's file holds, if it has one.
  init(_ cache: IndexCache, after old: MergedIndex?) throws {
    self.cache = cache
    seal = try cache.seal()
    try Directory.create(cache.directory)
    try TemporaryDirectory.removeDead(prefix: Self.prefix, in: cache.directory)
    scratch = try TemporaryDirectory(prefix: Self.prefix, in: cache.directory)
    if let old { files.append(CacheFile(old.directory, seal: seal)) }
  }

  /// Adds the instances that a table has in memory.
  ///
  /// - Parameters:
  ///   - table: The table.
  ///   - objects: The index objects that the table was read from.
  /// - Throws: What the disk says.
  func add(_ table: InstanceTable, of objects: Set<ObjectName>) throws {
    let own = table.packs.indices.dropFirst(table.merged?.packs.count ?? 0)
      .sorted { table.packs[$0].id < table.packs[$1].id }
    var numbers = [UInt32](repeating: 0, count: table.packs.count)
    for (number, pack) in own.enumerated() { numbers[pack] = UInt32(number) }
    let path = "\(scratch.path)/\(files.count)"
    let writer = try CacheFileWriter(
      path: path,
      packs: own.map { InstanceTable.Place(id: table.packs[$0].id, size: table.packs[$0].size) },
      objects: objects,
      seal: seal
    )
    var entry: [UInt8] = []
    for location in table.sorted(byPack: numbers) {
      entry.removeAll(keepingCapacity: true)
      location.instance.appendEntry(at: UInt32(location.offset), to: &entry)
      try writer.append(location.instance.id, entry[...], pack: numbers[Int(location.pack)])
    }
    try writer.finish()
    files.append(try CacheFile(path: path, seal: seal))
  }

  /// Merges everything into the cache's file; throws ``BrokenCache`` when the old one is broken.
  func merge() throws -> CacheFile {
    let path = "\(scratch.path)/merged"
    try CacheMerge(files).write(to: path, seal: seal)
    try AtomicFile.move(path, to: cache.path)
    return try CacheFile(path: cache.path, seal: try cache.seal())
  }
}
