internal import Bytes
internal import Files
internal import ObjectStore

/// What the directory of a file of the cache says; the file stays open with it.
///
///     pages      4096 bytes each: entries in the order of chunk ids, and a tag
///     directory  nonce (16), u64 entries, u32 packs, u32 objects,
///                per pack its id (32) and u64 size, in the order of ids,
///                per index object its name (16),
///                per page u64: the first 8 bytes of its first id
///     code       32 bytes over the directory
///     length     u64: of directory and code
///
/// The directory is in memory: 8 bytes for every 46 instances. So a chunk is found by a search in
/// memory and one read of one page, whatever the size of the repository.
struct CacheDirectory: Sendable {
  static let trailerLength = 8
  static let codeLength = 32
  static let objectNameLength = 16

  /// The number of instances.
  let count: Int
  /// The packs in the order of their ids; entries refer to them by their place here.
  let packs: [InstanceTable.Place]
  /// The index objects whose packs these are.
  let objects: Set<ObjectName>
  /// The first word of every page's first id.
  let fences: [UInt64]
  let nonce: [UInt8]
  let file: ReadableFile

  /// Opens a file and proves its directory; throws ``BrokenCache`` or what the disk says.
  init(path: String, seal: CacheSeal) throws {
    file = try ReadableFile(path: path)
    let bytes = try Self.bytes(of: file, seal)
    do {
      var reader = ByteReader(bytes)
      nonce = Array(try reader.take(CacheSeal.nonceLength))
      count = Int(try reader.u64())
      let (packCount, objectCount) = (try reader.u32(), try reader.u32())
      packs = try (0..<packCount).map { _ in
        InstanceTable.Place(id: try PackID(reading: &reader), size: Int(try reader.u64()))
      }
      let names = try (0..<objectCount).map { _ in try reader.take(Self.objectNameLength) }
      objects = Set(names.map(Self.objectName))
      fences = try (0..<CachePage.count(forEntries: count)).map { _ in try reader.u64() }
      try reader.expectEnd()
    } catch is Malformed {
      throw BrokenCache()
    }
    let rest = bytes.count + Self.codeLength + Self.trailerLength
    guard try file.size() == fences.count * CachePage.length + rest else { throw BrokenCache() }
  }

  /// The proven bytes of a file's directory, without their code.
  private static func bytes(of file: ReadableFile, _ seal: CacheSeal) throws -> [UInt8] {
    let size = try file.size()
    guard size > trailerLength else { throw BrokenCache() }
    var trailer = ByteReader(try file.read(size - trailerLength..<size))
    guard let length = try? trailer.u64(), length > codeLength, length <= size - trailerLength
    else { throw BrokenCache() }
    let start = size - trailerLength - Int(length)
    let bytes = try file.read(start..<size - trailerLength)
    guard bytes.count == Int(length) else { throw BrokenCache() }
    let content = bytes.span.extracting(droppingLast: codeLength)
    guard try seal.code(ofDirectory: content) == Array(bytes.suffix(codeLength)) else {
      throw BrokenCache()
    }
    return Array(bytes.dropLast(codeLength))
  }

  private static func objectName(_ bytes: ArraySlice<UInt8>) -> ObjectName {
    ObjectName(components: InstanceIndex.directory, Hex.text(bytes))
  }

  /// The bytes that stand for an index object; nil for a name that no writer gives.
  static func bytes(of object: ObjectName) -> [UInt8]? {
    guard let bytes = Hex.bytes(object.lastComponent, count: objectNameLength),
      objectName(bytes[...]) == object
    else { return nil }
    return bytes
  }
}
