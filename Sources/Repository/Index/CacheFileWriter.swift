internal import Bytes
internal import Cryptography
internal import Files
internal import ObjectStore

/// Writes a file of the cache, entry by entry, with one mebibyte in memory.
final class CacheFileWriter {
  private static let bufferLength = 1 << 20

  private let seal: CacheSeal
  private let file: GrowingFile
  private let packs: [InstanceTable.Place]
  /// A name that no writer gives is left out: its object is read anew each time.
  private let objects: [[UInt8]]
  private let nonce: [UInt8]
  private var buffer: [UInt8] = []
  private var page: [UInt8] = []
  private var fences: [UInt64] = []
  private var count = 0

  /// Begins a file.
  ///
  /// - Parameters:
  ///   - path: The final path.
  ///   - packs: In the order of their ids; entries refer to them by their place here.
  ///   - objects: The index objects whose packs these are.
  ///   - seal: What proves the file.
  /// - Throws: What the disk says.
  init(
    path: String,
    packs: [InstanceTable.Place],
    objects: Set<ObjectName>,
    seal: CacheSeal
  ) throws {
    self.seal = seal
    self.packs = packs
    self.objects = objects.compactMap(CacheDirectory.bytes)
    // A cache that a loss of power tears is noticed and made again, so nothing waits for the disk.
    file = try GrowingFile(path: path, durability: .fast)
    nonce = try Randomness.bytes(CacheSeal.nonceLength)
    buffer.reserveCapacity(Self.bufferLength + CachePage.length)
    page.reserveCapacity(CachePage.length)
  }

  /// Adds an entry; they come in the order of their keys.
  ///
  /// - Parameters:
  ///   - id: The chunk's name.
  ///   - entry: The entry as in an index object: 84 bytes.
  ///   - pack: The number of its pack.
  /// - Throws: What the disk says.
  func append(_ id: ChunkID, _ entry: ArraySlice<UInt8>, pack: UInt32) throws {
    if page.isEmpty { fences.append(id.words.0) }
    page += entry
    page.append(littleEndian: pack)
    count += 1
    if page.count == CachePage.capacity * CachePage.entryLength { try closePage() }
  }

  /// Writes what is left, and gives the file its name.
  func finish() throws {
    if !page.isEmpty { try closePage() }
    var directory = nonce
    directory.append(littleEndian: UInt64(count))
    directory.append(littleEndian: UInt32(packs.count))
    directory.append(littleEndian: UInt32(objects.count))
    for pack in packs {
      pack.id.append(to: &directory)
      directory.append(littleEndian: UInt64(pack.size))
    }
    for object in objects { directory += object }
    for fence in fences { directory.append(littleEndian: fence) }
    directory += try seal.code(ofDirectory: directory.span)
    buffer += directory
    buffer.append(littleEndian: UInt64(directory.count))
    try file.append(buffer)
    try file.finish()
  }

  private func closePage() throws {
    page += repeatElement(0, count: CachePage.contentLength - page.count)
    let number = fences.count - 1
    let content = page
    page += try seal.tag(ofPage: number, nonce: nonce, content.span)
    buffer += page
    page.removeAll(keepingCapacity: true)
    if buffer.count >= Self.bufferLength {
      try file.append(buffer)
      buffer.removeAll(keepingCapacity: true)
    }
  }
}
