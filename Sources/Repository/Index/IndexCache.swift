internal import Files
internal import ObjectStore
internal import Problems

/// The local cache of a repository's index: one file in a directory of its own.
///
/// Several processes may use it at once: a file is written under another name and renamed, and who
/// has the older one open goes on with it.
struct IndexCache: Sendable {
  /// Why the cache is of no use at the moment.
  enum Failure: Error {
    /// Its file is broken; it can be made again.
    case broken
    /// The directory cannot be written, as when the disk is full.
    case unusable
  }

  /// Instances in memory from which on a file is worth its while.
  static let usualThreshold = 200_000
  /// Instances that are sorted in memory at once, at about 100 bytes each.
  static let usualRunLength = 250_000

  let directory: String
  let store: any ObjectStore
  let keys: KeyRing
  let binding: RepositoryBinding
  var threshold = usualThreshold
  var runLength = usualRunLength

  var path: String { "\(directory)/instances" }

  func seal() throws -> CacheSeal { try CacheSeal(keys: keys, binding: binding) }

  /// What the file holds; nil when there is none that can be believed.
  func open() -> MergedIndex? {
    // Whatever is wrong with the file, it is made again when it is worth its while.
    guard let file = try? CacheFile(path: path, seal: seal()) else { return nil }
    return index(file)
  }

  /// The index over a file, which can make the file again.
  func index(_ file: sending CacheFile) -> MergedIndex {
    let objects = file.directory.objects
    return MergedIndex(file) { try remake(objects) }
  }

  /// Runs a body that writes the cache, and says in the cache's own terms why it failed.
  static func reportingFailure<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch is BrokenCache {
      throw Failure.broken
    } catch let problem as Problem where problem.code.hasPrefix("files.") {
      throw Failure.unusable
    }
  }

  /// Makes the file again from some index objects.
  private func remake(_ objects: Set<ObjectName>) throws -> CacheFile {
    let runs = try CacheRuns(self, after: nil)
    var table = InstanceTable()
    let sealed = SealedObject(keys: keys, binding: binding)
    for object in objects.sorted() {
      for entry in try InstanceIndex.read(object, store, sealed) { table.add(entry) }
      if table.countInMemory >= runLength {
        try runs.add(table, of: [])
        table = InstanceTable()
      }
    }
    try runs.add(table, of: objects)
    return try runs.merge()
  }
}
