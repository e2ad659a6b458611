internal import ObjectStore
internal import Problems
internal import Synchronization

/// Instances that are found in a file instead of memory; used from several threads at once.
///
/// A page that turns out to be damaged in the middle of the work makes the file again from the same
/// index objects: sorted as they are, packs and entries get the same numbers and positions, so whoever
/// holds one can go on.
final class MergedIndex: Sendable {
  /// The number of instances.
  let count: Int
  /// The packs in the order of their ids.
  let packs: [InstanceTable.Place]
  /// The index objects whose packs these are.
  let objects: Set<ObjectName>
  private let file: Mutex<CacheFile>
  private let remake: @Sendable () throws -> CacheFile

  /// Takes a file, and what makes it again.
  init(_ file: sending CacheFile, remake: @escaping @Sendable () throws -> CacheFile) {
    count = file.directory.count
    packs = file.directory.packs
    objects = file.directory.objects
    self.file = Mutex(file)
    self.remake = remake
  }

  /// The file's directory, which keeps the file open.
  var directory: CacheDirectory { file.withLock { $0.directory } }

  /// All instances of a chunk; throws only when the file is broken and cannot be made again.
  func locations(of id: ChunkID) throws -> [InstanceTable.Location] {
    try search { try $0.locations(of: id) }
  }

  /// Shows every instance in the order of positions, which is that of ids; throws as
  /// ``locations(of:)``, and what the body throws.
  func visitAll(_ body: (InstanceTable.Location) throws -> Void) throws {
    for page in 0..<CachePage.count(forEntries: count) {
      for location in try search({ try $0.locations(onPage: page) }) { try body(location) }
    }
  }

  private func search(
    _ body: (inout CacheFile) throws -> [InstanceTable.Location]
  ) throws -> [InstanceTable.Location] {
    try file.withLock { file in
      do {
        return try body(&file)
      } catch {
        // Broken, or the disk does not give it back.
        file = try remade()
        return try body(&file)
      }
    }
  }

  /// The file made again, with the same numbers for the same packs.
  private func remade() throws -> CacheFile {
    do {
      let fresh = try remake()
      // Positions are kept in sets of bits, for which another number of entries is out of bounds.
      guard fresh.directory.packs == packs, fresh.directory.count == count else {
        throw BrokenCache()
      }
      return fresh
    } catch is BrokenCache {
      throw Problem(
        code: "repository.index-cache",
        "this machine's cache of the index was damaged and could not be made again",
        reason: "the file does not hold what was just written, or the index changed meanwhile",
        hint: "Run the command again. If it fails again, look at the disk of the user's cache "
          + "directory; the repository itself is not affected.",
        isRetryable: true
      )
    }
  }

  /// The number of a pack, or nil when it is not among these.
  func number(ofPack id: PackID) -> UInt32? {
    var range = packs.indices
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      if packs[middle].id == id { return UInt32(middle) }
      range =
        packs[middle].id < id ? middle + 1..<range.upperBound : range.lowerBound..<middle
    }
    return nil
  }
}
