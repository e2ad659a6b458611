internal import Bytes

/// The layout of a page in a file of the cache: 46 entries of 88 bytes, zeros, and a tag.
///
/// An entry is as in an index object, 84 bytes, and then `u32` the number of the pack.
enum CachePage {
  static let length = 4096
  static let contentLength = length - CacheSeal.tagLength
  static let entryLength = Instance.entryLength + 4
  static let capacity = contentLength / entryLength

  /// The pages that hold a number of entries.
  static func count(forEntries count: Int) -> Int { (count + capacity - 1) / capacity }

  /// By which entries are sorted; equal only for the same instance.
  struct Key: Comparable {
    var id: ChunkID
    var pack: UInt32
    var offset: UInt32

    static func < (left: Key, right: Key) -> Bool {
      if left.id != right.id { return left.id < right.id }
      return (left.pack, left.offset) < (right.pack, right.offset)
    }
  }

  /// The id of an entry.
  static func id(in page: [UInt8], at place: Int) -> ChunkID {
    let start = place * entryLength
    return ChunkID(exactly: page[start..<start + ChunkID.length])
  }

  /// A whole entry of a page.
  ///
  /// - Parameters:
  ///   - page: The page's bytes.
  ///   - number: Its number in the file.
  ///   - place: Which of its entries.
  /// - Returns: The entry.
  /// - Throws: `Malformed` where it is none.
  static func location(
    in page: [UInt8],
    _ number: Int,
    at place: Int
  ) throws -> InstanceTable.Location {
    var reader = ByteReader(page, at: place * entryLength)
    let (instance, offset) = try Instance.readEntry(&reader)
    return InstanceTable.Location(
      position: number * capacity + place,
      pack: try reader.u32(),
      offset: Int(offset),
      instance: instance
    )
  }
}
